import CronWorkerKit

/// The first page belongs to no one.
func writeToNoOnesMemory() -> JobResult {
    UnsafeMutablePointer<UInt8>(bitPattern: 8)?.pointee = 1
    return "ok"
}
