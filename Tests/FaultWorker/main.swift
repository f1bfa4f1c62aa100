import CronWorkerKit
import Jobs

CronWorker.main(standardCatalog)
