import CronWorkerKit
import Glibc

// A worker that misbehaves on demand. An entry named `raw.…` gets a program that speaks on the pipes by itself; every other
// one the worker's real loop, with functions that have faults.
if let script = RawScript(CommandLine.arguments) {
    script.run()
} else {
    CronWorker.main(faultCatalog)
}
