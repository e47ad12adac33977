"""The families of metrics that are counted or read directly, and what each means; those of KPIs
take their help from the catalogue.
"""

COUNTERS = {
    "contactcenter_contacts_offered_total": "Contacts that entered the queue.",
    "contactcenter_contacts_answered_total": "Contacts that an agent took.",
    "contactcenter_contacts_answered_within_threshold_total": "Contacts answered within the "
    "threshold of the definition in "
    "force.",
    "contactcenter_contacts_abandoned_total": "Contacts that gave up waiting.",
    "contactcenter_contacts_short_abandoned_total": "Contacts that gave up within the "
    "definition's short time.",
    "contactcenter_contacts_left_total": "Contacts that left by another door, by reason.",
    "contactcenter_contacts_handled_total": "Answered contacts that were completed.",
    "contactcenter_handle_seconds_total": "Talk, hold and after-contact time of completed "
    "contacts.",
    "contactcenter_survey_responses_total": "Surveys answered, by kind.",
    "contactcenter_complaints_total": "Complaints received, by severity.",
}
GAUGES = {
    "contactcenter_contacts_waiting": "Contacts waiting now.",
    "contactcenter_longest_wait_seconds": "How long the first of them has waited.",
    "contactcenter_contacts_in_progress": "Contacts answered and not ended.",
    "contactcenter_contacts_unresolved": "Contacts whose outcome the source never told.",
    "contactcenter_agents": "Agents who serve the queue, by state; one who serves two is in both.",
    "contactcenter_floor_agents": "Distinct agents of the tenant, by state.",
    "contactcenter_service_level_target_ratio": "The promised service level.",
    "contactcenter_conservation_residual": "Offered minus outcomes minus waiting; anything but 0 "
    "is a defect.",
    "contactcenter_unknown_queues": "The tenant's queues with contacts that the definitions, where "
    "they name queues, do not know.",
    "contactcenter_kpi_state": "1 for the state the figures are in.",
    "contactcenter_kpi_last_update_timestamp_seconds": "When the quietest partition was last "
    "heard of.",
    "contactcenter_source_watermark_timestamp_seconds": "Event time a source partition has "
    "reached.",
    "floorpulse_metrics_folded_queues": "The tenant's queues and channels that are folded into "
    "__other__ to bound the number of series.",
}
