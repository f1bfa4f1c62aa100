"""supervisord: one process for all programs, written in Python."""

from driver.peers.peer import Peer

DAEMON = """[supervisord]
nodaemon=true
logfile=/dev/null
logfile_maxbytes=0
pidfile={folder}/pid
minfds={descriptors}
minprocs=200
"""

PROGRAM = """[program:job{number}]
command={command}
stdout_logfile={ready}
stdout_logfile_maxbytes=0
startsecs=0
"""


class Supervisord(Peer):
    name = "supervisord"
    package = "supervisor"
    program = "supervisord"
    processes = ()

    def prepare(self, folder, jobs, worker):
        folder.mkdir()
        (folder / "script").write_text(f"{self._script}\n")
        programs = (PROGRAM.format(number=number, command=self.command(folder, worker, number), ready=self._ready)
                    for number in range(1, jobs + 1))
        configuration = folder / "supervisord.conf"
        configuration.write_text(DAEMON.format(folder=folder, descriptors=jobs * 4 + 100) + "".join(programs))
        return ["supervisord", "-c", configuration]

    def command(self, folder, worker, number):
        """No shell for a worker: supervisord itself holds the program's input and copies its output."""
        return f"/bin/sh {folder}/script" if self._script else self.command_line(worker, number)[0]

    def kill_next_to_services(self):
        """That is supervisord itself, which nothing starts again but whoever started it."""
        self.kill()
        self.start()
