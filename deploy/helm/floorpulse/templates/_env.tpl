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

{{/* How brokers that let not everybody in are reached. */}}
{{- define "floorpulse.env.kafka" -}}
{{- $kafka := .Values.kafka }}
{{- if ne $kafka.securityProtocol "PLAINTEXT" }}
- name: FLOORPULSE_KAFKA__SECURITY_PROTOCOL
  value: {{ $kafka.securityProtocol }}
{{- end }}
{{- if hasPrefix "SASL" $kafka.securityProtocol }}
- name: FLOORPULSE_KAFKA__SASL_MECHANISM
  value: {{ $kafka.saslMechanism }}
{{ include "floorpulse.secret" (dict "root" . "variable" "FLOORPULSE_KAFKA__SASL_USERNAME" "key" (required "secret.kafkaUsername names the key with the user of Kafka" .Values.secret.kafkaUsername)) }}
{{ include "floorpulse.secret" (dict "root" . "variable" "FLOORPULSE_KAFKA__SASL_PASSWORD" "key" (required "secret.kafkaPassword names the key with the password of Kafka" .Values.secret.kafkaPassword)) }}
{{- end }}
{{- if $kafka.tlsSecret }}
- name: FLOORPULSE_KAFKA__SSL_CA_FILE
  value: /etc/floorpulse/kafka/ca.crt
{{- if $kafka.clientCertificate }}
- name: FLOORPULSE_KAFKA__SSL_CERT_FILE
  value: /etc/floorpulse/kafka/tls.crt
- name: FLOORPULSE_KAFKA__SSL_KEY_FILE
  value: /etc/floorpulse/kafka/tls.key
{{- end }}
{{- end }}
{{- end -}}

{{- define "floorpulse.env.definitions" -}}
{{- if .Values.definitions.configMap }}
- name: FLOORPULSE_DEFINITIONS__DIR
  value: /etc/floorpulse/definitions
{{- end }}
{{- end -}}
