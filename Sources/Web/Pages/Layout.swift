import Clocks
import Crontool
import Host
import Values
import Wire

/// What all pages have around them.
struct Layout {
    let title: String
    let board: Board
    let face: Face
    /// The name of the page, as the script and the style know it.
    let kind: String

    func html(_ content: HTML) -> HTML {
        let failing = board.counts.failing
        let count = failing > 0 ? "(\(failing)) " : ""
        let icon = failing > 0 ? Assets.failingIcon : Assets.icon
        return """
            <!doctype html>
            <html lang="en"><head><meta charset="utf-8"><title>\(count)\(title)</title>
            <meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">
            <noscript><meta http-equiv="refresh" content="10"></noscript>
            <link rel="icon" href="\(icon.path)" id="icon" data-ok="\(Assets.icon.path)" data-failing="\(Assets.failingIcon.path)">
            <link rel="stylesheet" href="\(Assets.style.path)"><script src="\(Assets.script.path)" defer></script></head>
            <body class="\(kind)" data-title="\(title)" data-version="\(News.instance)-\(board.version.description)">
            <a class="sr skip" href="#main">To the content</a>
            <header><a class="home" href="/">cronsupd</a><nav aria-label="Pages"><a href="/">Jobs</a>\
            <a href="/timeline">Timeline</a><a href="/events">Events</a></nav>
            <span class="live" id="live" role="status"></span></header>
            \(banner)<main id="main">\(content)</main>
            <footer>\(registry)Times are those of \(face.zoneName). \(seen) <span class="keys">/ search · j k move · \
            Enter open · r run · p pause</span></footer>
            <div id="said" class="toast" role="status" aria-live="polite"></div>
            </body></html>

            """
    }

    private var banner: HTML {
        let fault = board.fault.map { text -> HTML in
            let since = board.asked.map { " What is shown is of \(face.civil(floorDivide($0.nanoseconds, 1_000)))." }
            return "<b>cronsupd is not there:</b> \(text).\(since ?? "")"
        }
        let hidden: HTML = fault == nil ? " hidden" : ""
        let history = board.ledgerFault.map { text -> HTML in
            "<div class=\"banner soft\" role=\"status\">No history: \(text).</div>\n"
        }
        return """
            <div class="banner" id="fault" role="alert"\(hidden)>\(fault.orNothing)</div>
            \(history.orNothing)
            """
    }

    private var registry: HTML {
        board.greeting.map { "cronsupd \($0.program) runs \($0.registry), pid \($0.pid). " } ?? ""
    }

    private var seen: HTML { board.asked.map { "As of \(face.civil(floorDivide($0.nanoseconds, 1_000)))." } ?? "" }
}
