import CronWorkerKit

// A worker whose functions go wrong in every run; for the figure `neighbours`.
CronWorker.main([
    "spin": .function { _ in while true {} },
    "fault": .function { _ in writeToNoOnesMemory() },
])
