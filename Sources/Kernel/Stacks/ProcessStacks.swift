internal import Clocks

/// Finds out where a process is that cannot be asked any more, such as a worker that hangs: within bounds, and without its help.
///
/// Its threads are halted for a moment (ptrace(2)) to copy their registers and stacks. What may take for ever is left undone: a
/// thread that waits uninterruptibly cannot be halted, and may hold the lock of its process's memory. So the memory is touched only
/// when all threads stand still.
struct ProcessStacks {
    private let process: ProcessID
    /// The main thread comes first.
    private(set) var threads: [ThreadStack] = []
    /// Threads that have not halted in time, and cannot be let go before they do.
    private(set) var stragglers: [Tracee] = []
    private var map = MemoryMap([])
    private let images: ProgramImages

    static let mostThreads = 64
    /// How long the threads may take to halt. A thread that can be halted takes microseconds.
    static let patience = Nanoseconds.milliseconds(50)

    init(of process: ProcessID, program: String) {
        self.process = process
        images = ProgramImages(program: program)
        readFacts()
        if canBeHalted { readFrames() }
    }

    private mutating func readFacts() {
        let ids = ProcessTable.threads(of: process).sorted { ($0 != process ? 1 : 0, $0) < ($1 != process ? 1 : 0, $1) }
        for id in ids.prefix(Self.mostThreads) {
            threads.append(ThreadStack(id: id, facts: ThreadFacts(process: process, thread: id)))
        }
    }

    private mutating func setGap(_ gap: String) {
        for index in threads.indices where threads[index].gap == nil { threads[index].gap = gap }
    }

    private var canBeHalted: Bool {
        mutating get {
            let isBlocked = threads.contains { $0.facts.state == .blocked }
            if isBlocked { setGap("a thread of the process waits uninterruptibly: its memory is left alone") }
            return !isBlocked
        }
    }

    // MARK: Frames

    private struct Sample {
        let index: Int
        let registers: Registers
        let memory: StackMemory?
    }

    private mutating func readFrames() {
        // The images are read when the threads go on again.
        let samples = takeSamples()
        var addresses: [(index: Int, addresses: [UInt64])] = []
        for sample in samples {
            let walk = StackWalk(map: map, memory: sample.memory, images: images)
            addresses.append((sample.index, walk.addresses(sample.registers)))
        }
        name(addresses)
    }

    private mutating func takeSamples() -> [Sample] {
        var tracees: [Tracee] = []
        defer { stragglers = tracees.filter { !$0.letGo() } }
        let living = threads.indices.filter { ![.dead, .gone].contains(threads[$0].facts.state) }
        do throws(SystemError) {
            for index in living { tracees.append(try Tracee(threads[index].id)) }
        } catch {
            setGap(error.description)
            return []
        }
        guard Tracee.halt(&tracees, patience: Self.patience),
            ProcessTable.threads(of: process).count == threads.count
        else {
            setGap("not all threads of the process could be halted: its memory is left alone")
            return []
        }
        map = MemoryMap(process: process)
        return zip(living, tracees).compactMap { sample($0, $1) }
    }

    private mutating func sample(_ index: Int, _ tracee: Tracee) -> Sample? {
        do throws(SystemError) {
            let registers = try tracee.registers()
            let memory = StackMemory(process: process, from: registers[Registers.stackPointer], map)
            if memory == nil { threads[index].gap = "its stack cannot be read" }
            return Sample(index: index, registers: registers, memory: memory)
        } catch {
            threads[index].gap = error.description
            return nil
        }
    }

    // MARK: Names

    private mutating func name(_ found: [(index: Int, addresses: [UInt64])]) {
        for (index, addresses) in found {
            threads[index].frames = addresses.enumerated().map { frame($1, isInnermost: $0 == 0) }
        }
        let symbols = images.symbols(of: threads.flatMap(\.frames))
        for thread in threads.indices {
            for index in threads[thread].frames.indices {
                let frame = threads[thread].frames[index]
                threads[thread].frames[index].symbol = symbols[frame.inode]?[frame.address]
            }
        }
    }

    private func frame(_ address: UInt64, isInnermost: Bool) -> ThreadStack.Frame {
        // Of a caller, the instruction that has made the call.
        let address = isInnermost ? address : address &- 1
        let region = map.region(at: address)
        guard let region, region.inode != 0 else { return ThreadStack.Frame(module: region?.module, address: address) }
        let offset = address - region.start &+ region.offset
        let own = images.image(of: region)?.address(atOffset: offset) ?? offset
        return ThreadStack.Frame(module: region.module, address: own, inode: region.inode)
    }
}
