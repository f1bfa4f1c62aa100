import Clocks
import Jobs
import Kernel
import Values

/// 2026-11-23T02:04:06Z.
let someSlot = WallInstant(nanoseconds: 1_795_399_446_000_000_000)

func context(
    _ data: [(String, Value)] = [], directory: String = "/nowhere", slot: WallInstant? = someSlot,
    logger: JobLogger = JobLogger { _, _, _ in }
) -> JobContext {
    JobContext(
        entry: EntryID("app:job.backup")!, run: 3, slot: slot, meta: .init(), data: Value.Map(data), logger: logger,
        directory: directory)
}

func names(in directory: String) throws -> [String] { try FileSystem.names(in: directory) }

func contents(of path: String) throws -> [UInt8] { try FileSystem.contents(of: path, limit: 1 << 26)?.bytes ?? [] }
