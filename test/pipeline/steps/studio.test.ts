import { expect, test } from "@jest/globals";
import { parseConfig } from "../../../pipeline/config.ts";
import { closeStudio, openStudio } from "../../../pipeline/steps/studio.ts";
import { teardown } from "../../../pipeline/steps/teardown.ts";
import { studioResources } from "../../../pipeline/studio/studio.ts";
import { tags } from "../../../pipeline/tags.ts";
import { contextAnswering } from "../answering.ts";
import { type Thing, studioService } from "./studio-service.ts";

const config = parseConfig("environment: test");
const ours = tags(config);
const pace = { pollIntervalMs: 1, timeoutMs: 60_000 };
const domain = (id: string, found = ours, efs?: string): Thing => ({
  kind: "Domain",
  domain: id,
  name: id,
  tags: found,
  ...(efs && { efs }),
});
const profile: Thing = { kind: "UserProfile", domain: "d-1", name: "scientist" };
const space = (name: string): Thing => ({ kind: "Space", domain: "d-1", name });
const app = (inSpace: string, status = ["InService"]): Thing => ({
  kind: "App",
  domain: "d-1",
  name: "default",
  space: inSpace,
  status,
});
const stack = { name: "scones-test-studio", tags: ours };
const whole = () => [domain("d-1"), profile, space("scientist"), space("mine"), app("scientist")];

test("Studio is taken down apps first, then spaces, user profiles, domain and stack", async () => {
  using service = studio(whole(), { stack });
  const deleted = await closeStudio(service.context, config, pace);
  expect(service.asked).toEqual([
    "DeleteApp d-1/default",
    "DeleteSpace d-1/scientist",
    "DeleteSpace d-1/mine",
    "DeleteUserProfile d-1/scientist",
    "DeleteDomain d-1/d-1",
    "DeleteStack scones-test-studio",
  ]);
  expect(deleted.map(({ kind, name }) => `${kind} ${name}`)).toEqual([
    "studio app d-1/space:scientist/JupyterLab/default",
    "studio space d-1/scientist",
    "studio space d-1/mine",
    "studio user profile d-1/scientist",
    "studio domain d-1",
  ]);
  expect(service.things).toEqual([]);
  expect(service.lines.at(-1)).toBe("left of Studio: nothing");
});

test("an app is deleted by its space, or by its user where it has none", async () => {
  const old: Thing = { kind: "App", domain: "d-1", name: "default", user: "scientist" };
  using service = studio([domain("d-1"), app("scientist")]);
  await closeStudio(service.context, config, pace);
  expect(service.inputs["DeleteApp d-1/default"]).toEqual({
    DomainId: "d-1",
    SpaceName: "scientist",
    AppType: "JupyterLab",
    AppName: "default",
  });
  using classic = studio([domain("d-1"), old]);
  await closeStudio(classic.context, config, pace);
  expect(classic.inputs["DeleteApp d-1/default"]).toMatchObject({ UserProfileName: "scientist" });
});

test("a file system that a domain was given goes with it; without one nothing is said of it", async () => {
  using service = studio([domain("d-1", ours, "fs-1"), domain("d-2")]);
  await closeStudio(service.context, config, pace);
  expect(service.inputs["DeleteDomain d-1/d-1"]).toEqual({
    DomainId: "d-1",
    RetentionPolicy: { HomeEfsFileSystem: "Delete" },
  });
  expect(service.inputs["DeleteDomain d-2/d-2"]).toEqual({ DomainId: "d-2" });
});

test.each<[string, typeof ours]>([
  ["another environment", tags({ project: "scones", environment: "test-2" })],
  ["another project", tags({ project: "other", environment: "test" })],
  ["nobody", []],
])("what belongs to %s is left, stack and all", async (_whose, found) => {
  using service = studio([domain("d-1", found), profile, app("scientist")], {
    stack: { ...stack, tags: found },
  });
  expect(await closeStudio(service.context, config, pace)).toEqual([]);
  expect(service.asked).toEqual([]);
  expect(service.things).toHaveLength(3);
});

test("apps that ended are no longer there, one that starts is waited for", async () => {
  using service = studio([
    domain("d-1"),
    app("gone", ["Deleted"]),
    app("broken", ["Failed"]),
    app("starting", ["Pending", "Pending", "InService"]),
  ]);
  expect(await studioResources(service.context, config)).toEqual([
    { kind: "studio app", name: "d-1/space:starting/JupyterLab/default" },
    { kind: "studio domain", name: "d-1" },
  ]);
});

test("a domain that goes while it is listed, ours or a stranger's, is no failure", async () => {
  const gone = Object.assign(new Error("Domain does not exist"), { name: "ResourceNotFound" });
  using context = contextAnswering((operation, { ResourceArn }) => {
    const Domains = ["d-1", "d-2"].map((DomainId) => ({ DomainId, DomainArn: DomainId }));
    if (operation === "ListDomains") return { Domains };
    if (operation === "ListTags" && ResourceArn === "d-2") return { Tags: ours };
    throw gone;
  });
  expect(await studioResources(context, config)).toEqual([{ kind: "studio domain", name: "d-2" }]);
});

test("a space that is being made is deleted once it is there", async () => {
  const making: Thing = { ...space("mine"), status: ["Pending", "Pending", "InService"] };
  using service = studio([domain("d-1"), making]);
  await closeStudio(service.context, config, pace);
  expect(service.asked).toEqual(["DeleteSpace d-1/mine", "DeleteDomain d-1/d-1"]);
});

test("what can't be deleted is named with its reason, and what it is in stays", async () => {
  using service = studio(whole(), {
    stack,
    failed: (line) => (line.endsWith("/mine") ? "its disk is in use" : undefined),
  });
  await expect(closeStudio(service.context, config, pace)).rejects.toThrow(
    /^Studio is not taken down whole; run it again\.\nstudio space d-1\/mine is Delete_Failed: its disk is in use\. Look/,
  );
  expect(service.asked).not.toContain("DeleteUserProfile d-1/scientist");
  expect(service.things.map(({ name }) => name)).toEqual(["d-1", "scientist", "mine"]);
});

test("run again, it goes on where it failed", async () => {
  let failing = true;
  using service = studio(whole(), {
    stack,
    refuse: (line) =>
      failing && line.startsWith("DeleteDomain") ? new Error("it is in use") : undefined,
  });
  await expect(closeStudio(service.context, config, pace)).rejects.toThrow("it is in use");
  failing = false;
  expect(await closeStudio(service.context, config, pace)).toEqual([
    { kind: "studio domain", name: "d-1" },
  ]);
  expect(service.asked.at(-1)).toBe("DeleteStack scones-test-studio");
});

test("a deletion that does not end fails when its time is over", async () => {
  const stuck: Thing = { ...space("mine"), status: ["Deleting"] };
  using service = studio([domain("d-1"), stuck]);
  await expect(
    closeStudio(service.context, config, { timeoutMs: 20, pollIntervalMs: 1 }),
  ).rejects.toThrow(/The deletion of studio space d-1\/mine did not finish within/);
});

test("a listing that fails, fails", async () => {
  using service = studio([domain("d-1")]);
  const { sagemaker } = service.context.clients;
  sagemaker.middlewareStack.add(
    (next, { commandName }) =>
      (call) => {
        if (commandName === "ListAppsCommand") throw new Error("denied");
        return next(call);
      },
    { step: "initialize", priority: "high" },
  );
  await expect(closeStudio(service.context, config, pace)).rejects.toThrow("denied");
});

test("teardown takes the environment's Studio along, apps first, and shows it in its plan", async () => {
  using service = studio(whole(), { stack });
  const { plan } = await teardown(service.context, config, { bucket: "b", pollIntervalMs: 1 });
  expect(plan.deletions.map(({ kind, name, why }) => `${kind} ${name}, by ${why}`)).toEqual([
    "studio app d-1/space:scientist/JupyterLab/default, by its domain d-1",
    "studio space d-1/scientist, by its domain d-1",
    "studio space d-1/mine, by its domain d-1",
    "studio user profile d-1/scientist, by its domain d-1",
    "studio domain d-1, by its tags",
    "stack scones-test-studio, by its tags",
  ]);
  expect(service.asked.filter((line) => !line.startsWith("DeleteStack"))).toEqual([
    "DeleteApp d-1/default",
    "DeleteSpace d-1/scientist",
    "DeleteSpace d-1/mine",
    "DeleteUserProfile d-1/scientist",
    "DeleteDomain d-1/d-1",
  ]);
  expect(service.things).toEqual([]);
});

test("a Studio without its stack is not put up a second time beside itself", async () => {
  using service = studio([domain("d-1")]);
  await expect(
    openStudio(service.context, config, { bucket: "b", vpcId: "vpc-1", subnetIds: ["subnet-1"] }),
  ).rejects.toThrow(/no stack scones-test-studio, but studio domain d-1.*Take Studio down first/s);
});

function studio(...args: Parameters<typeof studioService>) {
  const service = studioService(...args);
  return { ...service, [Symbol.dispose]: () => service.context[Symbol.dispose]() };
}
