import Model
import Registry
import TestSupport
import Testing
import Values

@Suite("Whatever stands in the files")
struct LoadFuzzTests {
    @Test("a registry either loads or says why not, at a place in its files and in printable words")
    func mutations() {
        var limits = RegistryLimits()
        limits.fileNodes = 20_000
        for iteration in 0..<Fuzz.iterations(1_500) {
            let seed = Fuzz.seed &+ UInt64(iteration)
            var mutator = Mutator(random: SeededGenerator(seed: seed))
            let files = (0..<1 + mutator.random.below(3)).map { index in
                RegistryFile(path: "\(index).yaml", bytes: mutator.text(), isNamed: mutator.random.chance(2))
            }
            check(RegistrySnapshot.load(files, limits: limits), files, "FUZZ_SEED=\(seed) FUZZ_ITERATIONS=1")
        }
    }

    private func check(_ load: RegistryLoad, _ files: [RegistryFile], _ replay: Comment) {
        #expect((load.snapshot == nil) == !load.errors.isEmpty, replay)
        let jobs = JobEntries.definitions(in: load)
        #expect(load.snapshot != nil || jobs.jobs.isEmpty, replay)
        for job in jobs.jobs { check(job.location, files, replay) }
        for entry in load.snapshot?.entries ?? [] { check(entry.location, files, replay) }
        for diagnostic in load.errors + load.notes + jobs.errors + jobs.notes {
            check(diagnostic.location, files, replay)
            check(diagnostic, replay)
        }
        let order = load.errors.map { ($0.location.file, $0.location.line, $0.location.column) }
        #expect(zip(order, order.dropFirst()).allSatisfy { $0 <= $1 }, replay)
    }

    private func check(_ diagnostic: Diagnostic, _ replay: Comment) {
        #expect(!diagnostic.message.isEmpty && isPrintable(diagnostic.message), replay)
        #expect(diagnostic.message.unicodeScalars.count < 1_000, replay)
        guard let excerpt = diagnostic.excerpt else { return }
        #expect(isPrintable(excerpt.text) && excerpt.text.unicodeScalars.count < 2_000, replay)
        #expect((0..<2_000).contains(excerpt.caretColumn), replay)
        #expect(diagnostic.rendered.split(separator: "\n").count == 3, replay)
    }

    private func isPrintable(_ text: String) -> Bool {
        text.unicodeScalars.allSatisfy { scalar in
            switch scalar.properties.generalCategory {
            case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator: false
            default: true
            }
        }
    }

    private func check(_ location: Values.SourceLocation, _ files: [RegistryFile], _ replay: Comment) {
        guard let file = files.first(where: { $0.path == location.file }) else {
            Issue.record(replay)
            return
        }
        let lines = lines(of: file.bytes)
        #expect((1...lines.count).contains(location.line), replay)
        guard lines.indices.contains(location.line - 1) else { return }
        #expect((1...lines[location.line - 1] + 1).contains(location.column), "\(location) \(replay)")
    }

    /// How many characters each line has, counted another way than the module does.
    private func lines(of bytes: [UInt8]) -> [Int] {
        var lines = [0]
        var previous: Unicode.Scalar?
        for scalar in String(decoding: bytes, as: UTF8.self).unicodeScalars {
            if previous == "\n" || (previous == "\r" && scalar != "\n") { lines.append(0) }
            lines[lines.count - 1] += 1
            previous = scalar
        }
        if previous == "\n" || previous == "\r" { lines.append(0) }
        return lines
    }
}
