# Runs a program of the notes so that each of its lines leaves whole: unbuffered, print() writes a line and its
# end apart, and another thread's prompt may come between.
import runpy
import sys

sys.stdout.reconfigure(line_buffering=True)
runpy.run_path(sys.argv[1], run_name="__main__")
