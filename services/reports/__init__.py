"""Reports: what client and vendor sign. Contracts are settled from the same history that live
figures come from.

stored visits ─► evidence (counts under the contract's own terms) ─► settle, pure ─► statement
                                       └──────── frozen together ────────┘ ─► settlement

    domain/       what is decided: evidence, statements, differences; pure, money is decimal
    evidence/     reads stored history into evidence, in one snapshot and bounded memory
    settlement/   freezes evidence and statement, keeps their states, makes credit notes
    api/          HTTP
"""
