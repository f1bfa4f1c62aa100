import Clocks
public import Jobs
import Kernel
import Wire

/// A worker program: all of `main` but the catalog.
public enum CronWorker {
    package static let version = "0.1.0"
    private static let usualName = "cronworker"

    /// That of the program's file, which may be a worker of somebody's own.
    static var name: String {
        ThisProcess.executablePath?.split(separator: "/").last.map(String.init) ?? usualName
    }

    /// Serves as `cronworker` does, with the functions of `catalog`, until the daemon closes the control pipe. To be
    /// called first in `main`: descriptors 0 to 5 are the daemon's. It takes the arguments of the process as they are;
    /// `--catalog` prints the names, for which the daemon waits 5 s.
    ///
    /// The worker runs functions of the catalog and, when these call them, commands. It does not run Lua.
    ///
    /// Exit codes: 0 done, 100 wrong usage or no such function, 111 the system failed.
    public static func main(_ catalog: JobCatalog) -> Never { main(catalog, engine: nil) }

    /// `engine`: for functions in another language.
    package static func main(_ catalog: JobCatalog, engine: FunctionEngineMaker?) -> Never {
        ThisProcess.takeName()
        // A daemon's worker is told all that it needs. It does not look at its arguments, which Swift keeps in a page of
        // memory that nothing else uses.
        if Session.supervisor != nil { end(finish { try Session([]).serve(catalog, engine) }, engine) }
        let arguments = ThisProcess.arguments
        switch arguments.first {
        case WorkerOption.catalog where arguments.count == 1:
            StandardDescriptors.writeOutput(FunctionCatalog.text(of: catalog.names))
            ThisProcess.exit(0)
        case WorkerOption.version where arguments.count == 1:
            StandardDescriptors.writeOutput(
                name == usualName ? "\(name) \(version)\n" : "\(name) (CronWorkerKit \(version))\n")
            ThisProcess.exit(0)
        case WorkerOption.help, WorkerOption.shortHelp:
            StandardDescriptors.writeOutput(WorkerUsage.text)
            ThisProcess.exit(0)
        case WorkerOption.check where arguments.count == 1:
            Leftovers.clearAtExit()
            ThisProcess.exit(finish { try CheckSession(engine).serve() })
        default: end(finish { try Session(arguments).serve(catalog, engine) }, engine)
        }
    }

    /// What functions in Lua have opened may not hold up the end. A worker of one's own may have handlers for it (atexit(3)).
    private static func end(_ code: Int32, _ engine: FunctionEngineMaker?) -> Never {
        if engine == nil { ThisProcess.exit(code) }
        ThisProcess.leave(code, patience: .seconds(1))
    }

    private static func finish(_ body: () throws -> Void) -> Int32 {
        do {
            try body()
            return 0
        } catch let error as UsageError {
            StandardDescriptors.writeError("cronworker: \(error.description)\n\(WorkerUsage.text)")
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
