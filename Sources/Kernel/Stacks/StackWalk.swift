/// Follows a thread's calls from the innermost to the outermost, in a copy of its stack.
struct StackWalk {
    let map: MemoryMap
    let memory: StackMemory?
    let images: ProgramImages

    static let mostFrames = 64

    /// The addresses of the calls: the first is that of the next instruction, the others are return addresses.
    func addresses(_ start: Registers) -> [UInt64] {
        var registers = start
        var addresses = [start[Registers.returnAddress]]
        while addresses.count < Self.mostFrames, let caller = caller(of: registers, isInnermost: addresses.count == 1) {
            registers = caller
            addresses.append(caller[Registers.returnAddress])
        }
        return addresses
    }

    private func caller(of registers: Registers, isInnermost: Bool) -> Registers? {
        // A return address may be that of the next function, if the call is the last instruction of its own.
        let address = registers[Registers.returnAddress] &- (isInnermost ? 0 : 1)
        guard let memory, let region = map.region(at: address), region.isExecutable else { return nil }
        let rule = rule(at: address, in: region)
        guard let caller = rule.map({ apply($0, registers, memory) }) ?? byFramePointer(registers, memory) else {
            return nil
        }
        // Towards the outer end, or it would go round for ever.
        guard caller[Registers.stackPointer] > registers[Registers.stackPointer],
            map.region(at: caller[Registers.returnAddress])?.isExecutable ?? false
        else { return nil }
        return caller
    }

    private func rule(at address: UInt64, in region: MemoryMap.Region) -> CallFrameRule? {
        guard let image = images.image(of: region),
            let own = image.address(atOffset: address - region.start &+ region.offset)
        else { return nil }
        return image.callFrames?.rule(at: own)
    }

    private func apply(_ rule: CallFrameRule, _ registers: Registers, _ memory: StackMemory) -> Registers? {
        let frame = registers[rule.register] &+ UInt64(bitPattern: rule.offset)
        var caller = registers
        caller[Registers.stackPointer] = frame
        // The outermost call has none.
        guard case .offset? = rule.saved[Registers.returnAddress] else { return nil }
        for case (let number, .offset(let offset)) in rule.saved {
            guard let value = memory.word(at: frame &+ UInt64(bitPattern: offset)) else { return nil }
            caller[number] = value
        }
        return caller
    }

    /// For code without rules: compilers for people who profile keep the frames in a chain.
    private func byFramePointer(_ registers: Registers, _ memory: StackMemory) -> Registers? {
        let frame = registers[Registers.framePointer]
        guard frame >= registers[Registers.stackPointer], let outer = memory.word(at: frame),
            let address = memory.word(at: frame &+ 8)
        else { return nil }
        var caller = registers
        caller[Registers.framePointer] = outer
        caller[Registers.stackPointer] = frame &+ 16
        caller[Registers.returnAddress] = address
        return caller
    }
}
