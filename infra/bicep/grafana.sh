#!/bin/sh
# Puts the datasource and the dashboards of grafana/ into the Azure Managed Grafana of a deployment, as often as you like: after the first
# deployment, and when dashboards have changed. It takes the deployment's outputs from the environment, and whoever runs it is a Grafana Admin.
set -eu
group=${SHITOPS_RESOURCE_GROUP:?is an output of the deployment}
app=${SHITOPS_LIVE_APP:?is an output of the deployment}
url=${SHITOPS_URL:?is an output of the deployment}
grafana=${SHITOPS_GRAFANA:?is an output of the deployment}
cd "$(dirname "$0")/../.."

az extension add --name amg --upgrade --only-show-errors

# Grafana's private endpoint waits for the app's approval. By its message it is told from what others ask for.
id=$(az functionapp show --resource-group "$group" --name "$app" --query id --output tsv)
pending="[?properties.privateLinkServiceConnectionState.status=='Pending' && properties.privateLinkServiceConnectionState.description=='The datasource of the dashboards.'].id"
for connection in $(az network private-endpoint-connection list --id "$id" --query "$pending" --output tsv); do
  az network private-endpoint-connection approve --id "$connection" --description "The datasource of the dashboards." --output none
done

# Grafana asks the app how it stands only when it is told to.
az grafana mpe refresh --resource-group "$group" --name "$grafana" --output none

key() { az functionapp keys list --resource-group "$group" --name "$app" --query functionKeys.grafana --output tsv; }
[ -n "$(key)" ] || az functionapp keys set --resource-group "$group" --name "$app" --key-type functionKeys --key-name grafana --output none

# In a file that only its owner reads: arguments of commands are seen by everybody on the machine.
umask 077
datasource=$(mktemp)
trap 'rm -f "$datasource"' EXIT
cat >"$datasource" <<JSON
{
  "name": "ShitOps", "uid": "shitops", "type": "prometheus", "access": "proxy", "url": "$url", "isDefault": true,
  "jsonData": { "httpMethod": "POST", "timeInterval": "1h", "prometheusType": "Prometheus", "prometheusVersion": "2.42.0", "httpHeaderName1": "x-functions-key" },
  "secureJsonData": { "httpHeaderValue1": "$(key)" }
}
JSON
if az grafana data-source show --resource-group "$group" --name "$grafana" --data-source ShitOps --output none 2>/dev/null; then
  az grafana data-source update --resource-group "$group" --name "$grafana" --data-source ShitOps --definition "@$datasource" --output none
else
  az grafana data-source create --resource-group "$group" --name "$grafana" --definition "@$datasource" --output none
fi

az grafana folder show --resource-group "$group" --name "$grafana" --folder ShitOps --output none 2>/dev/null ||
  az grafana folder create --resource-group "$group" --name "$grafana" --title ShitOps --output none
for dashboard in grafana/dashboards/*.json; do
  az grafana dashboard create --resource-group "$group" --name "$grafana" --folder ShitOps --overwrite true --definition "@$dashboard" --output none
done
