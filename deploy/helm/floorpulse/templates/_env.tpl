{{/* What each process reads beside what all read. */}}

{{- define "floorpulse.env.ingest" -}}
- name: FLOORPULSE_INGEST__HOST
  value: 0.0.0.0
{{ include "floorpulse.secret" (dict "root" . "variable" "FLOORPULSE_INGEST__CUSTOMER_KEYS" "key" .Values.secret.customerKeys) }}
{{- end -}}

{{- define "floorpulse.env.engine" -}}
- name: FLOORPULSE_ENGINE__METRICS_HOST
  value: 0.0.0.0
- name: FLOORPULSE_ENGINE__METRICS_PORT
  value: "9101"
{{- end -}}

{{- define "floorpulse.env.api" -}}
- name: FLOORPULSE_API__HOST
  value: 0.0.0.0
{{ include "floorpulse.secret" (dict "root" . "variable" "FLOORPULSE_API__SESSION_SECRET" "key" .Values.secret.sessionSecret) }}
{{- include "floorpulse.env.definitions" . }}
{{- end -}}

{{- define "floorpulse.env.alerts" -}}
- name: FLOORPULSE_ALERTS__HOST
  value: 0.0.0.0
{{ include "floorpulse.secret" (dict "root" . "variable" "FLOORPULSE_ALERTS__SESSION_SECRET" "key" .Values.secret.sessionSecret) }}
{{- with .Values.secret.alertsSecrets }}
{{ include "floorpulse.secret" (dict "root" $ "variable" "FLOORPULSE_ALERTS__SECRETS" "key" .) }}
{{- end }}
{{- with .Values.secret.linkSecret }}
{{ include "floorpulse.secret" (dict "root" $ "variable" "FLOORPULSE_ALERTS__LINK_SECRET" "key" .) }}
{{- end }}
{{- include "floorpulse.env.definitions" . }}
{{- end -}}

{{- define "floorpulse.env.definitions" -}}
{{- if .Values.definitions.configMap }}
- name: FLOORPULSE_DEFINITIONS__DIR
  value: /etc/floorpulse/definitions
{{- end }}
{{- end -}}
