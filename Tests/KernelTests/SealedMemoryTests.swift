import Glibc
import Testing

@testable import Kernel

@Suite("Sealed memory")
struct SealedMemoryTests {
    @Test("holds what was put into it, to be read from the beginning", arguments: [0, 1, 300_000])
    func contents(size: Int) throws {
        let text = String(repeating: "x", count: size)
        #expect(try readAll(Descriptor.sealedMemory("test", bytes(text))) == text)
        let raw = try bytes(text).withUnsafeBytes { try readAll(Descriptor.sealedMemory("test", $0)) }
        #expect(raw == text)
    }

    @Test("cannot be changed any more, not even by who made it")
    func seals() throws {
        let memory = try Descriptor.sealedMemory("test", bytes("text"))
        #expect(throws: SystemError.self) { try memory.write(bytes("X")) }
        #expect(ftruncate(memory.raw, 1) == -1 && errno == EPERM)
        #expect(ftruncate(memory.raw, 100) == -1 && errno == EPERM)
        #expect(try readFile("/proc/self/fd/\(memory.raw)") == "text")
    }
}
