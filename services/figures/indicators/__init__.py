"""Management by indicators: targets of agents, growth, who answers for whom, the effect of
trainings, vendors of one client.

All is counted from the visits and states of agents by the catalogue's formulas; the definitions say
who is bound, what is aimed at and which days are compared.
"""
