// A bot that knows nothing of the harness: it signs in, calls two people, brings in a third, hangs up, and is told of it.
import { createServer } from "node:http";

const { GRAPH, PORT, CALLBACK, TENANT, APP, SECRET, USERS } = process.env;
const users = USERS.split(",");
const told = [];
let changed = () => {};

const bot = createServer(async (request, response) => {
  let body = "";
  for await (const part of request) body += part;
  response.writeHead(202).end();
  for (const { resourceUrl, changeType, resourceData } of JSON.parse(body).value) {
    const kind = resourceUrl.split("/calls/")[1].split("/")[1] ?? "call";
    const about = Array.isArray(resourceData) ? resourceData.length : (resourceData.state ?? resourceData.status);
    told.push(`${kind} ${changeType} ${about}`);
    signed.push(/^Bearer [^.]+\.[^.]+\.[^.]+$/.test(request.headers.authorization ?? ""));
  }
  changed();
});
const signed = [];

async function until(line) {
  const late = setTimeout(() => {
    console.error(`never told: ${line}; told: ${told}`);
    process.exit(1);
  }, 15000);
  while (!told.includes(line)) await new Promise((resolve) => (changed = resolve));
  clearTimeout(late);
}

const asked = [];
async function ask(method, url, token, value) {
  const headers = { Authorization: `Bearer ${token}`, "Content-Type": "application/json" };
  const answer = await fetch(url, { method, headers, body: value && JSON.stringify(value) });
  const text = await answer.text();
  asked.push(`${method} ${answer.status}`);
  if (!answer.ok) throw new Error(`${method} ${url}: ${answer.status} ${text}`);
  return { location: answer.headers.get("location"), value: text && JSON.parse(text) };
}

await new Promise((resolve) => bot.listen(PORT, "127.0.0.1", resolve));
const form = { grant_type: "client_credentials", client_id: APP, client_secret: SECRET };
const body = new URLSearchParams({ ...form, scope: "https://graph.microsoft.com/.default" });
const signIn = await fetch(`${GRAPH}/${TENANT}/oauth2/v2.0/token`, { method: "POST", body });
const token = (await signIn.json()).access_token;
const made = await ask("POST", `${GRAPH}/v1.0/communications/calls`, token, {
  "@odata.type": "#microsoft.graph.call",
  callbackUri: CALLBACK,
  targets: users.slice(0, 2).map((id) => ({ identity: { user: { id } } })),
  requestedModalities: ["audio"],
  mediaConfig: { "@odata.type": "#microsoft.graph.serviceHostedMediaConfig" },
  tenantId: TENANT,
});
await until("call updated established");
const read = await ask("GET", made.location, token);
await ask("POST", `${made.location}/participants/invite`, token, {
  participants: [{ identity: { user: { id: users[2] } } }],
  clientContext: "d45324c1-fcb5-430a-902c-f20af696537c",
});
await until("operations deleted completed");
await until("participants updated 4");
await ask("DELETE", made.location, token);
await until("call deleted terminated");
bot.close();
bot.closeAllConnections();
const leads = made.location.startsWith(`${GRAPH}/v1.0/communications/calls/${made.value.id}`);
const context = read.value["@odata.context"].startsWith(`${GRAPH}/v1.0/$metadata`);
console.log(JSON.stringify({ asked, told, leads, context, isSigned: signed.every(Boolean) }));
