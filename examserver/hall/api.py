"""The hall's endpoints, all of them: importing this module declares them and the hall's jobs and clock."""

from examserver.hall.console import api as console
from examserver.hall.handover import actions as handover
from examserver.hall.live import actions as clock
from examserver.hall.sessions import api as sessions
from examserver.hall.sittings import api as sittings
from examserver.hall.stations import api as stations

PARTS = (stations, sittings, sessions, console, handover, clock)
