import CronWorkerKit
import Jobs
import LuaEngine

CronWorker.main(standardCatalog) { LuaEngine($0) }
