"""Incident detection: different people who report the same thing, far more of them than usual.

Every term of the recent signals is counted in distinct reporters (copies of one text count once) and compared with the
baseline of this brand at this hour of the week. `surprise` measures how improbable a count is under the baseline.
"""
