import Clocks
package import Jobs
import Kernel
import Shared

/// A worker program: all of `main` but the catalog.
package enum CronWorker {
    package static let version = "0.1.0"

    /// Serves as `cronworker` with the functions of `catalog`, until the daemon closes the control pipe.
    ///
    /// Exit codes: 0 done, 100 wrong usage or no such function, 111 the system failed.
    package static func main(_ catalog: JobCatalog) -> Never {
        let arguments = ThisProcess.arguments
        switch arguments.first {
        case WireFormat.catalogArgument where arguments.count == 1:
            StandardDescriptors.writeOutput(catalog.names.map { "function \($0)\n" }.joined())
            ThisProcess.exit(0)
        case "--version" where arguments.count == 1:
            StandardDescriptors.writeOutput("cronworker \(version)\n")
            ThisProcess.exit(0)
        case "--help", "-h":
            StandardDescriptors.writeOutput(usage)
            ThisProcess.exit(0)
        default: ThisProcess.exit(serve(arguments, catalog))
        }
    }

    private static let usage = """
        USAGE: cronworker ENTRY_ID INTERVAL
               cronworker --catalog | --version | --help

        Calls the job function of a registry entry at each slot of the interval and reports to its daemon. cronsupd
        starts one for each job. In a terminal it calls the function that the last part of the entry ID names, writes
        its reports to the standard output, takes 'run' and 'ping token=1' from the standard input, and ends with it
        (Ctrl+D).

        """

    private static func serve(_ arguments: [String], _ catalog: JobCatalog) -> Int32 {
        do {
            try Session(arguments).serve(catalog)
            return 0
        } catch let error as UsageError {
            StandardDescriptors.writeError("cronworker: \(error.description)\n\(usage)")
            return 100
        } catch let fault as Fault {
            StandardDescriptors.writeError("cronworker: \(fault.description)\n")
            return fault.exitCode
        } catch {
            StandardDescriptors.writeError("cronworker: \(error)\n")
            return 111
        }
    }
}

struct UsageError: Error {
    let description: String
}

/// The worker cannot serve its job. The daemon has been told already.
struct Fault: Error {
    let description: String
    let exitCode: Int32
}
