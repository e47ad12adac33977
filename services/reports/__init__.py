"""Reports: what client and vendor sign. Contracts are settled from the same history that live
figures come from.

stored visits ─► evidence (counts under the contract's own terms) ─► settle, pure ─► statement
                                       └──────── frozen together ────────┘ ─► settlement
stored history ─► contents (figures, each with its question) ─► document ─► HTML, PDF, JSON

    domain/       what is decided: evidence, statements, contents, schedules; pure, money is decimal
    evidence/     reads stored history into evidence, in one snapshot and bounded memory
    settlement/   freezes evidence and statement, keeps their states, makes credit notes
    contents/     reads stored history into the content of a report
    documents/    draws it
    schedules/    reports that go out by themselves, by the outbox of alerts
    api/          HTTP
"""
