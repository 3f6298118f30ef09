# Shared by the scripts beside it: plain words on the terminal, and a bar for steps that take long.

say() { printf '%s\n' "$*" >&2; }

die() { say "stopped: $*"; exit 1; }

# bar LABEL TOTAL PATTERN: counts lines of standard input that match PATTERN, draws the share done.
# On a terminal one line is redrawn; elsewhere a line is written at every quarter.
bar() {
  local terminal=0
  [ -t 2 ] && terminal=1
  awk -v label="$1" -v total="$2" -v pattern="$3" -v terminal="$terminal" '
    function draw(share,   width, text, i) {
      width = int(share * 30); text = ""
      for (i = 0; i < 30; i++) text = text (i < width ? "#" : ".")
      printf "\r  %-34s [%s] %3d%%", label, text, share * 100 > "/dev/stderr"
      fflush("/dev/stderr")
    }
    $0 ~ pattern {
      done++; share = done / (total > 0 ? total : 1); if (share > 0.99) share = 0.99
      if (terminal) draw(share)
      else if (int(share * 4) > quarter) {
        quarter = int(share * 4)
        printf "  %s %d%%\n", label, quarter * 25 > "/dev/stderr"
        fflush("/dev/stderr")
      }
    }
    END { if (terminal) { draw(1); printf "\n" > "/dev/stderr" } else printf "  %s done\n", label > "/dev/stderr" }'
}

# with_bar LABEL TOTAL PATTERN COMMAND...: runs COMMAND with a bar; shows its last lines only if it fails.
with_bar() {
  local label=$1 total=$2 pattern=$3 log status
  shift 3
  log=$(mktemp)
  if "$@" 2>&1 </dev/null | tee "$log" | bar "$label" "$total" "$pattern"; then status=0; else status=${PIPESTATUS[0]}; fi
  if [ "$status" -ne 0 ]; then
    say "  $label failed:"
    tail -n 15 "$log" | sed 's/^/    /' >&2
  fi
  rm -f "$log"
  return "$status"
}
