import ArgumentParser
import Crontool
import Kernel
import Wire

/// What a daemon answers to whoever has it do something, for people or for programs.
struct AnswerOutput: ParsableArguments {
    @Flag(help: "Print JSON, an object a line.")
    var json = false

    /// For programs, as it comes.
    func take(_ answer: ControlAnswer) {
        guard json, let line = AnswerJSON.line(answer) else { return }
        StandardDescriptors.writeOutput(line)
    }

    /// `text`: for people.
    func finish(_ done: ControlAnswer.Done, _ text: @autoclosure () -> String) {
        if json { return take(.done(done)) }
        StandardDescriptors.writeOutput(text())
    }

    /// For people, while something is waited for.
    func tell(_ text: @autoclosure () -> String) { if !json { StandardDescriptors.writeOutput(text()) } }
}

extension RunResult {
    /// How it has ended.
    func show(_ output: AnswerOutput) {
        if let endFromLedger { output.take(endFromLedger) }
        output.finish(.init(), text)
    }
}
