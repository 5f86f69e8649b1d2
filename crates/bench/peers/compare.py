# how many verdicts of a peer are wrong.  usage: compare.py TRUTH.csv OUT.csv
import csv, sys
read = lambda name: {(r["verdict"], r["phone"]) for r in csv.DictReader(open(name, newline="", encoding="utf-8"))}
truth, said = read(sys.argv[1]), read(sys.argv[2])
phones = {phone for _, phone in truth ^ said}
deletes = {p for v, p in said - truth if v in ("left_delete", "right_delete")}
print(f"{len(phones)} ({len(deletes)} false deletes)" if deletes else len(phones))
