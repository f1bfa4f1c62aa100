import TestSupport
import Testing

@testable import Kernel

@Suite("What /proc and programs' files say of stacks")
struct StackFilesTests {
    @Test("of a thread's state and call, whatever its name is")
    func facts() {
        #expect(ThreadFacts.state(Array("7 (a) R) b) S 1 7 7".utf8)) == .sleeping)
        #expect(ThreadFacts.state(Array("7 (x) D 1".utf8)) == .blocked)
        for text in ["", "7 (x", "7 (x)", "7 (x) ", "7 (x) ?"] {
            #expect(ThreadFacts.state(Array(text.utf8)) == .unknown, "\(text)")
        }
        #expect(ThreadFacts.call(Array("running\n".utf8)) == ThreadFacts.Call.none)
        #expect(ThreadFacts.call(Array("-1 0x7ffe 0x7f\n".utf8)) == ThreadFacts.Call.none)
        #expect(ThreadFacts.call(Array("999999 0x0 0x7ffe\n".utf8))?.description == "999999")
        for text in ["", "x", "-2 0x0", "99999999999999999999 0x0"] {
            #expect(ThreadFacts.call(Array(text.utf8)) == nil, "\(text)")
        }
        let stack = "[<0>] percpu_rwsem_wait+0x15f/0x1d0\n[<0>] mnt_want_write+0x96/0xc0\n"
        let frames = ["percpu_rwsem_wait+0x15f/0x1d0", "mnt_want_write+0x96/0xc0"]
        #expect(ThreadFacts.kernelFrames(Array(stack.utf8)) == frames)
        #expect(ThreadFacts.kernelFrames(Array(String(repeating: "[<0>] f\n", count: 999).utf8)).count == 64)
    }

    private static let map = """
        00400000-00b4c000 r-xp 00001000 fe:00 1835                               /usr/libexec/cronsupd/cron worker
        00b4c000-00d3e000 rw-p 0074c000 fe:00 1835                               /usr/libexec/cronsupd/cron worker
        7f0000000000-7f0000100000 rw-p 00000000 00:00 0
        7ffd1f5a9000-7ffd1f5ca000 rw-p 00000000 00:00 0                          [stack]

        """

    @Test("of the memory's map")
    func memoryMap() {
        let map = MemoryMap(Array(Self.map.utf8))
        #expect(map.regions.count == 4)
        #expect(map.region(at: 0x3F_FFFF) == nil && map.region(at: 0xD3_E000) == nil)
        #expect(map.region(at: 0x40_0000)?.module == "cron worker")
        #expect(map.region(at: 0x40_0000)?.offset == 0x1000)
        #expect(map.region(at: 0xB4_BFFF)?.isExecutable == true && map.region(at: 0xB4_C000)?.isExecutable == false)
        #expect(map.region(at: 0x7F00_0000_0001)?.inode == 0 && map.region(at: 0x7F00_0000_0001)?.module == nil)
        #expect(map.region(at: 0x7FFD_1F5A_9000)?.module == "[stack]")
        #expect(MemoryMap(Array("4-3 r-xp 0 0 0\nx-y r-xp 0 0 0\n1-2 r 0 0 0\n1-2\n".utf8)).regions == [])
    }

    @Test("is looked at with care: a stack's copy has no words but its own")
    func memory() {
        let memory = StackMemory(start: 100, bytes: [1, 0, 0, 0, 0, 0, 0, 0, 2])
        #expect(memory.word(at: 100) == 1)
        #expect(memory.word(at: 101) == 2 << 56)
        for address in [0, 99, 102, 108, UInt64.max] { #expect(memory.word(at: address) == nil, "\(address)") }
        #expect(StackMemory(start: .max - 3, bytes: [1, 2, 3]).word(at: .max - 3) == nil)
    }

    // MARK: Programs

    private static func source(_ bytes: [UInt8]) -> ProgramImage.Source {
        { offset, count in
            guard count >= 0, offset <= UInt64(bytes.count), UInt64(count) <= UInt64(bytes.count) - offset else {
                return nil
            }
            return Array(bytes[Int(offset)..<(Int(offset) + count)])
        }
    }

    @Test("of files that are no programs is nothing")
    func noProgram() {
        for bytes in [
            [], Array("#!/bin/sh\n".utf8), [0x7F, 0x45, 0x4C, 0x46, 2, 1] + [UInt8](repeating: 0, count: 58),
        ] {
            #expect(ProgramImage(Self.source(bytes)) == nil)
        }
        #expect(ProgramImage(path: "/nowhere", inode: 1) == nil)
        #expect(ProgramImage(path: "/dev/null", inode: 1) == nil)
        #expect(ProgramImage(path: "/bin/sleep", inode: 1) == nil)
    }

    @Test("of files that are damaged is something or nothing, and no harm")
    func damaged() throws {
        let sound = try #require(try FileSystem.contents(of: "/bin/sleep", limit: 1 << 20)).bytes
        let image = try #require(ProgramImage(Self.source(sound)))
        #expect(image.callFrames != nil)
        for iteration in 0..<Fuzz.iterations(300) {
            let seed = Fuzz.seed &+ UInt64(iteration)
            var random = SeededGenerator(seed: seed)
            var bytes = sound
            let (isHeader, count) = (Bool.random(using: &random), Int.random(in: 1...64, using: &random))
            for _ in 0..<count {
                // The headers are at both ends.
                let place =
                    isHeader
                    ? Int.random(in: 0..<4_096, using: &random) - 2_048
                    : Int.random(in: 0..<bytes.count, using: &random)
                bytes[(place + bytes.count) % bytes.count] = UInt8.random(in: 0...255, using: &random)
            }
            if Int.random(in: 0..<4, using: &random) == 0 {
                bytes.removeLast(Int.random(in: 0..<bytes.count, using: &random))
            }
            exercise(bytes, &random)
        }
    }

    private func exercise(_ bytes: [UInt8], _ random: inout SeededGenerator) {
        guard let image = ProgramImage(Self.source(bytes)) else { return }
        let addresses = (0..<20).map { _ in UInt64.random(in: 0..<40_000, using: &random) } + [0, .max, .max - 1]
        _ = image.symbols(at: Set(addresses))
        for address in addresses {
            _ = image.address(atOffset: address)
            _ = image.callFrames?.rule(at: address)
        }
    }

    @Test("of calls is followed on, whatever stands there", .timeLimit(.minutes(2)))
    func frameFuzz() throws {
        for iteration in 0..<Fuzz.iterations(2_000) {
            var random = SeededGenerator(seed: Fuzz.seed &+ UInt64(iteration))
            // An index with one entry, which begins at 0, and an entry with a plain CIE before it and any instructions.
            let instructions = (0..<Int.random(in: 0...40, using: &random)).map { _ in
                UInt8.random(in: 0...255, using: &random)
            }
            let common: [UInt8] = [0, 0, 0, 0, 1, 0x7A, 0x52, 0, 1, 0x78, 16, 1, 0x1B, 0x0C, 7, 8, 0x90, 1]
            let length = UInt8(common.count)
            var frames: [UInt8] = [length, 0, 0, 0] + common
            let start = frames.count
            let own: [UInt8] = [UInt8(start + 4), 0, 0, 0] + Self.bytes(-Int32(start + 8)) + Self.bytes(1_000) + [0]
            frames += [UInt8(own.count + instructions.count), 0, 0, 0] + own + instructions
            let index: [UInt8] =
                [1, 0x1B, 3, 0x3B, 0, 0, 0, 0, 1, 0, 0, 0] + Self.bytes(-10_000) + Self.bytes(Int32(start - 10_000))
            let table = try #require(CallFrameTable(index: index, at: 10_000, frames: frames, at: 0))
            let rule = table.rule(at: UInt64.random(in: 0..<1_000, using: &random))
            if instructions.isEmpty {
                #expect(rule == CallFrameRule(register: 7, offset: 8, saved: [16: .offset(-8)]))
            }
            #expect(table.rule(at: 1_000) == nil)
        }
    }

    private static func bytes(_ number: Int32) -> [UInt8] {
        withUnsafeBytes(of: number.littleEndian) { Array($0) }
    }
}
