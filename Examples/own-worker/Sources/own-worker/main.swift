import CronWorkerKit
import OwnJobs

CronWorker.main([
    "primes": .function(primes),
    "census": .function(census),
    "sieve": .asyncFunction(sieve),
])
