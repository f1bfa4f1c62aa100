"""s6: a supervising process a service, under s6-svscan."""

from driver.peers.peer import Peer


class S6(Peer):
    name = "s6"
    package = "s6"
    program = "s6-svscan"
    processes = ("s6-supervise",)

    def prepare(self, folder, jobs, worker):
        self.write_run_scripts(folder, jobs, worker)
        return ["s6-svscan", "-c", str(jobs + 100), folder]
