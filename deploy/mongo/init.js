// Makes or updates one user per service, who sees its own database only, and starts the replica set of one where
// MONGO_HOST names its member. MONGO_URL: an administrator's. Passwords: ZWGK_MONGO_PASSWORD_<SERVICE>.
// Repeating it changes nothing.
const prefix = "ZWGK_MONGO_PASSWORD_";
const host = process.env.MONGO_HOST;
const admin = connect(process.env.MONGO_URL);

if (host) {
  try {
    admin.adminCommand({ replSetGetStatus: 1 });
  } catch (error) {
    if (error.codeName !== "NotYetInitialized") throw error;
    admin.adminCommand({ replSetInitiate: { _id: "rs0", members: [{ _id: 0, host }] } });
  }
  for (let waited = 0; !admin.hello().isWritablePrimary; waited += 1) {
    if (waited === 60) throw new Error("no primary after 60 seconds");
    sleep(1000);
  }
}

for (const [name, password] of Object.entries(process.env)) {
  if (!name.startsWith(prefix) || name === `${prefix}ROOT`) continue;
  const user = name.slice(prefix.length).toLowerCase();
  const given = { pwd: password, roles: [{ role: "readWrite", db: `zwgk_${user}` }] };
  if (admin.getUser(user)) admin.updateUser(user, given);
  else admin.createUser({ user, ...given });
}
