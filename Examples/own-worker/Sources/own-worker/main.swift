import CronWorkerKit

CronWorker.main([
    "primes": .function(primes),
    "census": .function(census),
])
