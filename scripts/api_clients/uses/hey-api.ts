/** One call of every operation through the client of @hey-api/openapi-ts. */

import * as api from "../generated/hey-api/sdk.gen";
import { client } from "../generated/hey-api/client.gen";
import { address, expect } from "./expect";

client.setConfig({ baseUrl: address, throwOnError: true });
const throwOnError = true;
const team = { path: { id: "ladywood" }, throwOnError } as const;
const ward = { path: { gss_code: "E05011151" }, throwOnError } as const;
const force = { path: { force: "west-midlands" }, throwOnError } as const;
const neighbourhood = { path: { force: "west-midlands", id: "ladywood" }, throwOnError } as const;

const postcode = await api.getPostcode({ path: { postcode: "B24QA" }, throwOnError });
expect(postcode.data.match.certainty, "certain", "getPostcode");

const point = await api.getPoint({ query: { lat: 52.477677, lon: -1.898007 }, throwOnError });
expect(point.data.ward.gss_code, "E05011151", "getPoint");

const many = await api.lookUpMany({ body: { postcodes: ["B24QA", "hello"] }, throwOnError });
const found = many.data;
expect(typeof found !== "string" && found.results[1]?.problem?.code, "postcode_malformed", "lookUpMany");

const sector = await api.getSector({ path: { sector: "B2-4" }, throwOnError });
expect(typeof sector.data.postcodes[0]?.[3], "boolean", "getSector");

const teams = await api.listTeams({ query: { limit: 2 }, throwOnError });
expect(teams.data.items.length, 2, "listTeams");

const one = await api.getTeam(team);
expect(one.data.team.force.id, "west-midlands", "getTeam");

const surgeries = await api.listSurgeries(team);
expect(surgeries.data.items[0]?.status, "confirmed", "listSurgeries");

const calendar = await api.getCalendar({ ...team, parseAs: "text" });
expect(calendar.data.startsWith("BEGIN:VCALENDAR"), true, "getCalendar");

const area = await api.getTeamBoundary({ ...team, query: { precision: 4, simplify: 200 } });
expect(area.data.geometry?.type, "Polygon", "getTeamBoundary");

const wards = await api.listWards({ query: { q: "ladywood" }, throwOnError });
expect(wards.data.items[0]?.team?.id, "ladywood", "listWards");

const oneWard = await api.getWard(ward);
expect(oneWard.data.ward.district.name, "Birmingham", "getWard");

const wardArea = await api.getWardBoundary(ward);
expect(wardArea.data.bbox?.length, 4, "getWardBoundary");

const forces = await api.policeForces({ throwOnError });
expect(forces.data.some((each) => each.id === "west-midlands"), true, "policeForces");

const oneForce = await api.policeForce(force);
expect(oneForce.data.telephone, "101", "policeForce");

const seniors = await api.policeSeniorOfficers(force);
expect(Array.isArray(seniors.data), true, "policeSeniorOfficers");

const located = await api.policeLocate({ query: { q: "52.477677,-1.898007" }, throwOnError });
expect(located.data.neighbourhood, "ladywood", "policeLocate");

const neighbourhoods = await api.policeNeighbourhoods(force);
expect(neighbourhoods.data.length > 0, true, "policeNeighbourhoods");

const details = await api.policeNeighbourhood(neighbourhood);
expect(details.data.id, "ladywood", "policeNeighbourhood");

const boundary = await api.policeBoundary(neighbourhood);
expect(typeof boundary.data[0]?.latitude, "string", "policeBoundary");

const people = await api.policePeople(neighbourhood);
expect(typeof people.data[0]?.rank, "string", "policePeople");

const events = await api.policeEvents(neighbourhood);
expect(events.data[0]?.type, "meeting", "policeEvents");

const priorities = await api.policePriorities(neighbourhood);
expect(typeof priorities.data[0]?.["issue-date"], "string", "policePriorities");

const health = await api.healthz({ throwOnError, parseAs: "text" });
expect(health.data.trim(), "ok", "healthz");
