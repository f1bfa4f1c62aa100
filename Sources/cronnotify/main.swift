import CronWorkerKit
import Jobs
import Notify

CronWorker.main(notifyCatalog)
