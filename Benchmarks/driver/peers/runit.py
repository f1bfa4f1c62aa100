"""runit: a supervising process a service, under runsvdir, which takes a thousand services at the most."""

from driver.peers.peer import Peer


class Runit(Peer):
    name = "runit"
    package = "runit"
    program = "runsvdir"
    processes = ("runsv",)

    def prepare(self, folder, jobs, worker):
        self.write_run_scripts(folder, jobs, worker)
        return ["runsvdir", folder]
