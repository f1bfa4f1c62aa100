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
        """No shell here: supervisord itself holds the program's input and copies its output."""
        folder.mkdir()
        programs = (PROGRAM.format(number=number, command=self.command_line(worker, number)[0], ready=self._ready)
                    for number in range(1, jobs + 1))
        configuration = folder / "supervisord.conf"
        configuration.write_text(DAEMON.format(folder=folder, descriptors=jobs * 4 + 100) + "".join(programs))
        return ["supervisord", "-c", configuration]
