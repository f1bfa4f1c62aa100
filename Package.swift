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
        // For workers of one's own; see Examples/own-worker.
        .library(name: "CronWorkerKit", targets: ["CronWorkerKit"]),
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
        // Lua raises errors by longjmp: all that touches its state is C, and Swift sees bytes.
        .target(name: "CLuaMachine", dependencies: ["CLua"], linkerSettings: [.linkedLibrary("m")]),

        // What daemon and worker both speak.
        .target(name: "Clocks", swiftSettings: strict),
        .target(name: "Shared", dependencies: ["Clocks"], exclude: ["Jobs", "Turns"], swiftSettings: strict),
        .target(
            name: "Turns", dependencies: ["Clocks", "Shared"], path: "Sources/Shared/Turns", swiftSettings: strict),
        .target(name: "Kernel", dependencies: ["CLinux", "CSpawn", "Clocks"], swiftSettings: strict),
        .target(
            name: "Jobs", dependencies: ["Clocks", "Kernel", "Shared"], path: "Sources/Shared/Jobs",
            swiftSettings: strict),

        // Lua with type annotations → plain Lua.
        .target(name: "LuaDialect", swiftSettings: strict),

        // What programs on a host do alike: read its registry and zones, print tables and JSON, end with a code.
        .target(name: "Host", dependencies: ["Clocks", "Kernel", "Registry", "Shared"], swiftSettings: strict),

        // The daemon.
        .target(name: "Registry", dependencies: ["Clocks", "CYAML", "Shared"], swiftSettings: strict),
        .target(name: "Supervision", dependencies: ["Clocks", "Shared"], swiftSettings: strict),
        .target(
            name: "Daemon",
            dependencies: [
                "Clocks", "Host", "Kernel", "Registry", "Shared", "Supervision",
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict),
        .executableTarget(
            name: "cronsupd",
            dependencies: [
                "Clocks", "Daemon", "Host", "Kernel", "Shared",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict),

        // The tool for those who write registries.
        .target(
            name: "Control", dependencies: ["Clocks", "Host", "Kernel", "Registry", "Shared"], swiftSettings: strict),
        .executableTarget(
            name: "cronsupctl",
            dependencies: [
                "Clocks", "Control", "Host", "Kernel", "Registry", "Shared",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: strict),

        // The worker.
        .target(
            name: "LuaFunctions", dependencies: ["CLuaMachine", "Clocks", "Kernel", "Shared"], swiftSettings: strict),
        .target(
            name: "CronWorkerKit", dependencies: ["Clocks", "Jobs", "Kernel", "Shared", "Turns"], swiftSettings: strict),
        .target(
            name: "LuaEngine", dependencies: ["CronWorkerKit", "Jobs", "LuaDialect", "LuaFunctions", "Shared"],
            swiftSettings: strict),
        .executableTarget(
            name: "cronworker", dependencies: ["CronWorkerKit", "Jobs", "LuaEngine"], swiftSettings: staticExecutable,
            linkerSettings: linkStatically),

        // Measures schedules; see Benchmarks/README.md.
        .executableTarget(
            name: "schedulebench", dependencies: ["Clocks", "Kernel", "Registry", "Shared"],
            path: "Benchmarks/ScheduleBench", swiftSettings: strict),
        // Goes wrong in every run.
        .executableTarget(
            name: "troubleworker", dependencies: ["CronWorkerKit"], path: "Benchmarks/TroubleWorker",
            swiftSettings: staticExecutable, linkerSettings: linkStatically),

        // Tests: one folder a module. EndToEnd runs the built binaries, with a worker that misbehaves on demand.
        .executableTarget(
            name: "faultworker", dependencies: ["Clocks", "CronWorkerKit", "Jobs", "Kernel", "Shared"],
            path: "Tests/FaultWorker", swiftSettings: staticExecutable, linkerSettings: linkStatically),
        .executableTarget(
            name: "commandhost", dependencies: ["Clocks", "CronWorkerKit", "Kernel", "Shared"],
            path: "Tests/CommandHost", swiftSettings: strict),
        .target(
            name: "TestSupport", dependencies: ["Kernel", "Shared"], path: "Tests/Support", swiftSettings: strict),
        .testTarget(
            name: "SharedTests", dependencies: ["Clocks", "Kernel", "Shared", "TestSupport"], swiftSettings: strict),
        .testTarget(
            name: "ScheduleTests", dependencies: ["Clocks", "Kernel", "Shared", "TestSupport"], exclude: ["Data"],
            swiftSettings: strict),
        .testTarget(
            name: "RegistryTests", dependencies: ["Clocks", "Registry", "Shared", "TestSupport"], swiftSettings: strict),
        .testTarget(
            name: "SupervisionTests", dependencies: ["Clocks", "Shared", "Supervision", "TestSupport", "Turns"],
            swiftSettings: strict),
        .testTarget(
            name: "TurnsTests", dependencies: ["Clocks", "Shared", "TestSupport", "Turns"], swiftSettings: strict),
        .testTarget(
            name: "DaemonTests",
            dependencies: [
                "Clocks", "CronWorkerKit", "Daemon", "Host", "Kernel", "Registry", "Shared", "Supervision",
                "TestSupport",
                .product(name: "Logging", package: "swift-log"),
            ], swiftSettings: strict),
        .testTarget(
            name: "ControlTests",
            dependencies: ["Clocks", "Control", "Host", "Kernel", "Registry", "Shared", "TestSupport"],
            swiftSettings: strict),
        .testTarget(name: "KernelTests", dependencies: ["Clocks", "Kernel", "TestSupport"], swiftSettings: strict),
        .testTarget(
            name: "JobsTests", dependencies: ["Clocks", "Jobs", "Kernel", "Shared", "TestSupport"],
            swiftSettings: strict),
        .testTarget(name: "LuaDialectTests", dependencies: ["LuaDialect", "TestSupport"], swiftSettings: strict),
        .testTarget(
            name: "LuaFunctionsTests",
            dependencies: ["Clocks", "Kernel", "LuaFunctions", "Shared", "TestSupport"], swiftSettings: strict),
        .testTarget(
            name: "WorkerTests",
            dependencies: ["Clocks", "CronWorkerKit", "Jobs", "Kernel", "Shared", "TestSupport", "Turns"],
            swiftSettings: strict),
        .testTarget(
            name: "EndToEnd", dependencies: ["Clocks", "Kernel", "Shared", "TestSupport"], path: "Tests/EndToEnd",
            swiftSettings: strict),
    ]
)
