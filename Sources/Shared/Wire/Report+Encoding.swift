import Clocks
import Model

extension Report {
    /// The message's bytes, with the newline; at most `WireFormat.longestMessage`.
    package func encoded() -> [UInt8] {
        switch self {
        case .ready(let ready):
            var message = MessageWriter("ready")
            message.field("protocol", WireFormat.version)
            message.field("next", ready.next.nanoseconds)
            return message.finish()
        case .begin(let begin):
            var message = MessageWriter("begin")
            message.field("run", begin.run)
            if let slot = begin.slot { message.field("slot", slot.nanoseconds) }
            message.field("next", begin.next.nanoseconds)
            message.field("lateness_us", begin.lateness.wholeMicroseconds)
            if let call = begin.call { message.field("call", call) }
            return message.finish()
        case .end(let end): return end.encoded()
        case .due(let slot):
            var message = MessageWriter("due")
            if let slot { message.field("slot", slot.nanoseconds) }
            return message.finish()
        case .skipped(let skipped):
            var message = MessageWriter("skipped")
            message.field("first", skipped.first.nanoseconds)
            message.field("last", skipped.last.nanoseconds)
            message.field("next", skipped.next.nanoseconds)
            return message.finish()
        case .log(let log): return log.encoded()
        case .output(let output): return output.encoded()
        case .outputDropped(let loss):
            var message = MessageWriter("output_dropped")
            message.field("lines", loss.lines)
            message.field("bytes", loss.bytes)
            return message.finish()
        case .pong(let token):
            var message = MessageWriter("pong")
            message.field("token", token)
            return message.finish()
        case .dropped(let dropped): return dropped.encoded()
        case .stopped(let runs):
            var message = MessageWriter("stopped")
            message.field("runs", runs)
            return message.finish()
        case .fault(let fault):
            var message = MessageWriter("fault")
            message.field("step", fault.step)
            message.field("errno", Int64(fault.errno))
            message.textField("error", fault.message)
            return message.finish()
        }
    }
}

extension Report.End {
    fileprivate func encoded() -> [UInt8] {
        var message = MessageWriter("end")
        message.field("run", run)
        if let slot { message.field("slot", slot.nanoseconds) }
        message.field("next", next.nanoseconds)
        message.field("lateness_us", lateness.wholeMicroseconds)
        message.field("duration_us", duration.wholeMicroseconds)
        message.field("outcome", outcome.rawValue)
        message.textField(outcome.textKey, text)
        return message.finish()
    }
}

extension Report.Log {
    fileprivate func encoded() -> [UInt8] {
        var message = MessageWriter("log")
        message.field("level", level.rawValue)
        message.field("run", run)
        message.textField("message", self.message, reserve: 1_024)
        for field in fields {
            // A field that does not fit is left out whole: half a value would be a wrong value.
            let worstCase = (field.key.utf8.count + field.value.utf8.count) * 4 + " key=\"\" value=\"\"".utf8.count
            guard message.count + worstCase < WireFormat.longestMessage else { continue }
            message.field("key", field.key)
            message.field("value", field.value)
        }
        return message.finish()
    }
}

extension Report.Output {
    fileprivate func encoded() -> [UInt8] {
        var message = MessageWriter("output")
        message.field("stream", stream.rawValue)
        message.field("run", run)
        if let fullLength {
            message.field("length", fullLength)
            message.cutTextField("text", text)
        } else {
            message.textField("text", text)
        }
        return message.finish()
    }
}

extension Report.Dropped {
    fileprivate func encoded() -> [UInt8] {
        var message = MessageWriter("dropped")
        message.field("reports", reports)
        message.field("ok", ok)
        message.field("failed", failed)
        message.field("skipped", skipped)
        if let through { message.field("through", through.nanoseconds) }
        message.field("run", run)
        return message.finish()
    }
}
