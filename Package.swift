// swift-tools-version: 6.2
import PackageDescription

// The arrows between the modules, as data: a target may import what stands in its `dependencies` and nothing else.
// `Scripts/check-imports` holds the sources against this file.

let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .treatAllWarnings(as: .error),
]

/// Where the system and C are met: what the compiler cannot vouch for is marked `unsafe`.
let vouched: [SwiftSetting] = strict + [.strictMemorySafety()]

/// A worker is a fully static program: a tenth of the memory and of the start-up time of a dynamic one, which is what
/// makes a process per job affordable. See docs/decisions/0002-static-worker.md.
let staticExecutable: [SwiftSetting] = strict + [.unsafeFlags(["-static-executable"])]
let linkStatically: [LinkerSetting] = [.unsafeFlags(["-static-executable"])]

let package = Package(
    name: "cronsupd",
    products: [
        .executable(name: "cronsupd", targets: ["cronsupd"]),
        .executable(name: "cronworker", targets: ["cronworker"]),
        .executable(name: "cronsupctl", targets: ["cronsupctl"]),
        .executable(name: "cronledger", targets: ["cronledger"]),
        .executable(name: "cronweb", targets: ["cronweb"]),
        .executable(name: "cronnotify", targets: ["cronnotify"]),
        // For workers of one's own; see Examples/own-worker.
        .library(name: "CronWorkerKit", targets: ["CronWorkerKit"]),
        // For those whose libraries log by swift-log.
        .library(name: "CronWorkerLogging", targets: ["CronWorkerLogging"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
    ],
    targets: [
        // What Swift's Glibc module lacks, and what must not be written in Swift.
        .systemLibrary(name: "CLinux"),
        .target(name: "CSpawn"),
        .systemLibrary(name: "CYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),
        .systemLibrary(name: "CLua", pkgConfig: "lua5.4", providers: [.apt(["liblua5.4-dev"])]),
        .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
        .systemLibrary(name: "CHTTP", pkgConfig: "libmicrohttpd", providers: [.apt(["libmicrohttpd-dev"])]),
        // Lua raises errors by longjmp: all that touches its state is C, and Swift sees bytes.
        .target(name: "CLuaMachine", dependencies: ["CLua"], linkerSettings: [.linkedLibrary("m")]),

        // What daemon and worker both speak.
        .target(name: "Clocks", swiftSettings: strict),
        .target(name: "Values", dependencies: ["Clocks"], path: "Sources/Shared/Values", swiftSettings: strict),
        .target(
            name: "Schedules", dependencies: ["Clocks", "Values"], path: "Sources/Shared/Schedules",
            swiftSettings: strict),
        .target(name: "Find", dependencies: ["Values"], path: "Sources/Shared/Find", swiftSettings: strict),
        .target(
            name: "Model", dependencies: ["Clocks", "Find", "Schedules", "Values"], path: "Sources/Shared/Model",
            swiftSettings: strict),
        .target(
            name: "Wire", dependencies: ["Clocks", "Model", "Schedules", "Values"], path: "Sources/Shared/Wire",
            swiftSettings: strict),
        .target(
            name: "Turns", dependencies: ["Clocks", "Model", "Schedules", "Values", "Wire"],
            path: "Sources/Shared/Turns",
            swiftSettings: strict),
        .target(name: "Kernel", dependencies: ["CLinux", "CSpawn", "Clocks"], swiftSettings: vouched),
        .target(
            name: "Jobs", dependencies: ["Clocks", "Kernel", "Values"],
            path: "Sources/Shared/Jobs",
            swiftSettings: strict),

        // What a program with a loop is made of.
        .target(name: "Links", dependencies: ["Clocks", "Kernel"], swiftSettings: strict),

        // What the daemon has the ledger keep, on its way.
        .target(name: "Journal", dependencies: ["Kernel", "Values"], swiftSettings: strict),
        .target(
            name: "LedgerRecords", dependencies: ["Clocks", "Journal", "Model", "Turns"],
            path: "Sources/Ledgers/Records",
            swiftSettings: strict),

        // What outlives the daemon of its jobs, in memory.
        .target(name: "Books", dependencies: ["Journal", "Kernel", "Values"], swiftSettings: strict),

        // The ledger: what it keeps, and where.
        .target(
            name: "LedgerStore", dependencies: ["Clocks", "LedgerRecords", "Model", "Turns"],
            path: "Sources/Ledgers/Store",
            swiftSettings: strict),
        .target(
            name: "SQLiteStore",
            dependencies: ["CSQLite", "Clocks", "Kernel", "LedgerRecords", "LedgerStore", "Model", "Turns"],
            path: "Sources/Ledgers/SQLite", swiftSettings: vouched),

        .target(
            name: "Ledger",
            dependencies: [
                "Clocks", "Journal", "Kernel", "LedgerRecords", "LedgerStore", "Links", "Model", "SQLiteStore", "Turns",
                "Values", "Wire",
            ],
            path: "Sources/Ledgers/Ledger", swiftSettings: strict),
        .executableTarget(
            name: "cronledger", dependencies: ["Kernel", "Ledger"], swiftSettings: staticExecutable,
            linkerSettings: linkStatically),

        // Crontabs → entries.
        .target(name: "Crontabs", dependencies: ["Clocks", "Model", "Schedules", "Values"], swiftSettings: strict),

        // Lua with type annotations → plain Lua.
        .target(name: "LuaDialect", swiftSettings: strict),

        // What programs on a host do alike: read its registry and zones, print tables and JSON, end with a code.
        .target(
            name: "Host",
            dependencies: ["Clocks", "Crontabs", "Kernel", "Model", "Registry", "Schedules", "Values"],
            swiftSettings: strict),

        // The daemon.
        .target(
            name: "Registry",
            dependencies: ["CYAML", "Clocks", "Crontabs", "Find", "Model", "Schedules", "Values", "Wire"],
            swiftSettings: vouched),
        .target(
            name: "Supervision", dependencies: ["Clocks", "Model", "Schedules", "Turns", "Values", "Wire"],
            swiftSettings: strict),
        .target(
            name: "Daemon",
            dependencies: [
                "Books", "Clocks", "Host", "Journal", "Kernel", "LedgerRecords", "Links", "Model", "Registry",
                "Schedules",
                "Supervision", "Turns", "Values", "Wire",
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict),
        .executableTarget(
            name: "cronsupd",
            dependencies: [
                "Clocks", "Daemon", "Host", "Kernel", "Registry", "Values",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict),

        // What is measured, for those who scrape it.
        .target(
            name: "Metrics", dependencies: ["Clocks", "Model", "Values", "Wire"], swiftSettings: strict),

        // The tool for those who write registries.
        .target(
            name: "Crontool",
            dependencies: [
                "Clocks", "Crontabs", "Find", "Host", "Kernel", "Metrics", "Model", "Registry", "Schedules", "Values",
                "Wire",
            ],
            swiftSettings: strict),
        .executableTarget(
            name: "cronsupctl",
            dependencies: [
                "Clocks", "Crontabs", "Crontool", "Find", "Host", "Kernel", "Metrics", "Model", "Registry", "Values",
                "Wire",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: strict),

        // The status page.
        .target(name: "HTTPServer", dependencies: ["CHTTP", "Clocks", "Kernel"], swiftSettings: vouched),
        .target(
            name: "Web",
            dependencies: [
                "Clocks", "Crontabs", "Crontool", "HTTPServer", "Host", "Kernel", "Metrics", "Model", "Schedules",
                "Values", "Wire",
            ],
            // Scripts/embed-assets puts them into AssetText.swift.
            exclude: ["Assets/failing.svg", "Assets/icon.svg", "Assets/script.js", "Assets/style.css"],
            swiftSettings: strict),
        .executableTarget(
            name: "cronweb",
            dependencies: [
                "Clocks", "Crontool", "HTTPServer", "Host", "Kernel", "Metrics", "Web",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: strict),

        // The worker.
        .target(
            name: "LuaFunctions",
            dependencies: ["CLuaMachine", "Kernel", "Model", "Values"],
            swiftSettings: vouched),
        .target(
            name: "CronWorkerKit",
            dependencies: ["Clocks", "Find", "Jobs", "Kernel", "Model", "Schedules", "Turns", "Values", "Wire"],
            swiftSettings: strict),
        .target(
            name: "CronWorkerLogging",
            dependencies: ["CronWorkerKit", .product(name: "Logging", package: "swift-log")],
            swiftSettings: strict),
        .target(
            name: "LuaEngine",
            dependencies: ["CronWorkerKit", "LuaDialect", "LuaFunctions", "Model", "Values"],
            swiftSettings: strict),
        .executableTarget(
            name: "cronworker", dependencies: ["CronWorkerKit", "Jobs", "LuaEngine"], swiftSettings: staticExecutable,
            linkerSettings: linkStatically),

        // Tells others of jobs.
        .target(
            name: "Notify", dependencies: ["Clocks", "Jobs", "Kernel", "Model", "Values"], swiftSettings: strict),
        .executableTarget(
            name: "cronnotify", dependencies: ["CronWorkerKit", "Jobs", "Notify"], swiftSettings: staticExecutable,
            linkerSettings: linkStatically),

        // Measures schedules; see Benchmarks/README.md.
        .executableTarget(
            name: "schedulebench",
            dependencies: ["Clocks", "Kernel", "Model", "Registry", "Schedules"],
            path: "Benchmarks/ScheduleBench", swiftSettings: strict),
        // Goes wrong in every run.
        .executableTarget(
            name: "troubleworker", dependencies: ["CronWorkerKit"], path: "Benchmarks/TroubleWorker",
            swiftSettings: staticExecutable, linkerSettings: linkStatically),

        // Tests: one folder a module. EndToEnd runs the built binaries, with a worker that misbehaves on demand.
        .executableTarget(
            name: "faultworker",
            dependencies: ["Clocks", "CronWorkerKit", "Jobs", "Values"],
            path: "Tests/FaultWorker", swiftSettings: staticExecutable, linkerSettings: linkStatically),
        // The shell of a test that compares cron with the daemon.
        .executableTarget(
            name: "shellrecorder", path: "Tests/ShellRecorder", swiftSettings: staticExecutable,
            linkerSettings: linkStatically),
        .executableTarget(
            name: "commandhost",
            dependencies: ["CronWorkerKit", "Kernel", "Model", "Wire"],
            path: "Tests/CommandHost", swiftSettings: strict),
        .target(
            name: "TestSupport", dependencies: ["Clocks", "Kernel", "Links", "Schedules", "Turns", "Values"],
            path: "Tests/Support", swiftSettings: strict),
        .testTarget(
            name: "ClocksTests",
            dependencies: ["Clocks", "TestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "ValuesTests",
            dependencies: ["Clocks", "TestSupport", "Values"],
            swiftSettings: strict),
        .testTarget(
            name: "FindTests",
            dependencies: ["Find", "TestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "ModelTests",
            dependencies: ["Clocks", "Find", "Model", "TestSupport", "Values"],
            swiftSettings: strict),
        .testTarget(
            name: "WireTests",
            dependencies: ["Clocks", "Model", "Schedules", "TestSupport", "Values", "Wire"],
            swiftSettings: strict),
        .testTarget(
            name: "TurnsTests",
            dependencies: ["Clocks", "Model", "Schedules", "TestSupport", "Turns", "Wire"],
            swiftSettings: strict),
        .testTarget(
            name: "SchedulesTests",
            dependencies: ["Clocks", "Kernel", "Schedules", "TestSupport", "Values"],
            exclude: ["Data"],
            swiftSettings: strict),
        .testTarget(
            name: "RegistryTests",
            dependencies: ["Clocks", "Crontabs", "Find", "Model", "Registry", "Schedules", "TestSupport", "Values"],
            exclude: ["Schema/validate.py"], swiftSettings: strict),
        .testTarget(
            name: "SupervisionTests",
            dependencies: [
                "Clocks", "Kernel", "Model", "Schedules", "Supervision", "TestSupport", "Turns", "Values", "Wire",
            ],
            swiftSettings: strict),
        .testTarget(
            name: "DaemonTests",
            dependencies: [
                "Books", "Clocks", "CronWorkerKit", "Crontabs", "Daemon", "Host", "Journal", "Kernel", "LedgerRecords",
                "Links", "Model", "Registry", "Schedules", "Supervision", "TestSupport", "Turns", "Values", "Wire",
                .product(name: "Logging", package: "swift-log"),
            ], swiftSettings: strict),
        .testTarget(
            name: "CrontabsTests",
            dependencies: ["Crontabs", "Model", "Schedules", "TestSupport", "Values"],
            swiftSettings: strict),
        .testTarget(
            name: "CrontoolTests",
            dependencies: [
                "Clocks", "Crontabs", "Crontool", "Find", "Host", "Kernel", "Model", "Registry", "Schedules", "Values",
            ],
            swiftSettings: strict),
        .testTarget(
            name: "MetricsTests",
            dependencies: ["Clocks", "Kernel", "Metrics", "Model", "TestSupport", "Values", "Wire"],
            swiftSettings: strict),
        .testTarget(
            name: "HTTPServerTests", dependencies: ["Clocks", "HTTPServer", "Kernel", "TestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "WebTests",
            dependencies: ["Clocks", "Crontool", "HTTPServer", "Model", "Schedules", "Values", "Web", "Wire"],
            swiftSettings: strict),
        .testTarget(
            name: "LinksTests", dependencies: ["Clocks", "Kernel", "Links", "TestSupport"], swiftSettings: strict),
        .testTarget(
            name: "BooksTests", dependencies: ["Books", "Journal", "Kernel", "TestSupport"], swiftSettings: strict),
        .testTarget(
            name: "JournalTests",
            dependencies: ["Books", "Clocks", "Journal", "Kernel", "LedgerRecords", "Model", "TestSupport", "Turns"],
            swiftSettings: strict),
        .testTarget(
            name: "LedgersTests",
            dependencies: [
                "Clocks", "Kernel", "Ledger", "LedgerRecords", "LedgerStore", "Model", "SQLiteStore", "TestSupport",
                "Turns",
            ],
            swiftSettings: strict),
        .testTarget(name: "KernelTests", dependencies: ["Clocks", "Kernel", "TestSupport"], swiftSettings: strict),
        .testTarget(
            name: "JobsTests",
            dependencies: ["Clocks", "Jobs", "Kernel", "TestSupport", "Values"],
            swiftSettings: strict),
        .testTarget(
            name: "NotifyTests", dependencies: ["Clocks", "Jobs", "Kernel", "Notify", "TestSupport", "Values"],
            swiftSettings: strict),
        .testTarget(name: "LuaDialectTests", dependencies: ["LuaDialect", "TestSupport"], swiftSettings: strict),
        .testTarget(
            name: "LuaFunctionsTests",
            dependencies: ["Clocks", "Kernel", "LuaFunctions", "Model", "Schedules", "TestSupport", "Values"],
            swiftSettings: strict),
        .testTarget(
            name: "WorkerTests",
            dependencies: [
                "Clocks", "CronWorkerKit", "CronWorkerLogging", "Jobs", "Kernel", "Model", "Schedules", "TestSupport",
                "Values", "Wire",
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict),
        .testTarget(
            name: "EndToEnd",
            dependencies: [
                "Clocks", "Journal", "Kernel", "LedgerRecords", "LedgerStore", "Model", "SQLiteStore", "Schedules",
                "TestSupport", "Turns", "Values", "Wire",
            ],
            path: "Tests/EndToEnd", exclude: ["Alerts/server.py", "Alerts/smtp.py"],
            swiftSettings: strict),
    ]
)
