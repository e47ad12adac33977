"""Floorpulse: live, exact KPIs for contact-centre floors.

    cli                                the command line
    demo, origin                       everything on one machine; ingest and API on one origin
    connectors                         live sources: what a platform tells, sent as it happens
    ingest · kpi_engine · query · simulator · alerts · reports      services: they meet on Kafka
    and in PostgreSQL only
    figures                            figures without HTTP: live, past, visits, agents, targets,
    forecasts
    board, definitions                 the merged live picture; what figures mean
    access, migrations                 keys; tables, step by step
    kpis, counting                     formulas and policies; what a visit adds to which pane
    contracts, runtime                 what crosses a process border; plumbing

Each part imports only those below it.
"""
