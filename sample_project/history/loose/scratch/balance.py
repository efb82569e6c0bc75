"""Keep every disrupted flight of April to June and as many others, drawn once."""

import pandas as pd

from features import disrupted, read

rows = pd.concat(read("2013-04..2013-06").values(), ignore_index=True)
late = rows[disrupted(rows) == 1]
kept = pd.concat([late, rows.drop(late.index).sample(len(late), random_state=7)]).sort_values("scheduled", kind="stable")
kept.to_parquet("scratch/q2-balanced.parquet", compression="zstd", index=False)
print(f"kept {len(kept)} of {len(rows)} rows")
