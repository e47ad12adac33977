{{/* Names, labels and what all pods have in common. */}}

{{- define "floorpulse.name" -}}
{{- if contains .Chart.Name .Release.Name -}}
{{ .Release.Name | trunc 50 | trimSuffix "-" }}
{{- else -}}
{{ printf "%s-%s" .Release.Name .Chart.Name | trunc 50 | trimSuffix "-" }}
{{- end -}}
{{- end -}}

{{/* Labels by which a process is found. Takes root and process. */}}
{{- define "floorpulse.selector" -}}
app.kubernetes.io/name: floorpulse
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .process }}
{{- end -}}

{{- define "floorpulse.labels" -}}
{{ include "floorpulse.selector" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version }}
{{- end -}}

{{- define "floorpulse.image" -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end -}}

{{/* One variable from the secret. Takes root, variable and key. */}}
{{- define "floorpulse.secret" -}}
- name: {{ .variable }}
  valueFrom:
    secretKeyRef:
      name: {{ .root.Values.secret.name }}
      key: {{ .key }}
{{- end -}}

{{/* What every process reads, then `settings` of all, then its own. Takes root and process. */}}
{{- define "floorpulse.env" -}}
{{- if ne .process "migrate" -}}
- name: FLOORPULSE_KAFKA__BOOTSTRAP_SERVERS
  value: {{ .root.Values.kafka.bootstrapServers | quote }}
- name: FLOORPULSE_KAFKA__REPLICATION
  value: {{ .root.Values.kafka.replication | quote }}
{{- include "floorpulse.env.kafka" .root }}
{{ end -}}
- name: FLOORPULSE_LOG__JSON_LINES
  value: "true"
{{ include "floorpulse.secret" (dict "root" .root "variable" "FLOORPULSE_DATABASE__URL" "key" .root.Values.secret.databaseUrl) }}
{{- $own := (index .root.Values .process).settings | default dict }}
{{- range $name, $value := merge (dict) $own .root.Values.settings }}
- name: {{ $name }}
  value: {{ $value | quote }}
{{- end }}
{{- end -}}

{{- define "floorpulse.podSecurity" -}}
runAsNonRoot: true
runAsUser: 10001
runAsGroup: 10001
seccompProfile: {type: RuntimeDefault}
{{- end -}}

{{- define "floorpulse.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: {drop: [ALL]}
{{- end -}}

{{/* Where pods go, and what they are allowed to be. */}}
{{- define "floorpulse.placement" -}}
automountServiceAccountToken: false
enableServiceLinks: false # of a service floorpulse-api Kubernetes would make variables FLOORPULSE_API_…
securityContext:
  {{- include "floorpulse.podSecurity" . | nindent 2 }}
{{- with .Values.image.pullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
{{- with .Values.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{/* The port of each process, as docs/settings.md has it; engines show only their metrics. */}}
{{- define "floorpulse.ports" -}}
ingest: 8080
engine: 9101
api: 8000
alerts: 8002
{{- end -}}
