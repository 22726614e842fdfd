/** One call of every operation through openapi-fetch, with the types of openapi-typescript. */

import createClient from "openapi-fetch";

import type { paths } from "../generated/openapi-fetch/schema";
import { address, expect, given } from "./expect";

const client = createClient<paths>({ baseUrl: address });
const team = { path: { id: "ladywood" } };
const ward = { path: { gss_code: "E05011151" } };
const force = { path: { force: "west-midlands" } };
const neighbourhood = { path: { force: "west-midlands", id: "ladywood" } };

const postcode = await client.GET("/api/v1/postcodes/{postcode}", { params: { path: { postcode: "B24QA" } } });
expect(given(postcode.data, "getPostcode").match.certainty, "certain", "getPostcode");

const point = await client.GET("/api/v1/points", { params: { query: { lat: 52.477677, lon: -1.898007 } } });
expect(given(point.data, "getPoint").ward.gss_code, "E05011151", "getPoint");

const many = await client.POST("/api/v1/lookups", { body: { postcodes: ["B24QA", "hello"] } });
const found = given(many.data, "lookUpMany");
expect(typeof found !== "string" && found.results[1]?.problem?.code, "postcode_malformed", "lookUpMany");

const sector = await client.GET("/api/v1/sectors/{sector}", { params: { path: { sector: "B2-4" } } });
expect(typeof given(sector.data, "getSector").postcodes[0]?.[3], "boolean", "getSector");

const teams = await client.GET("/api/v1/teams", { params: { query: { limit: 2 } } });
expect(given(teams.data, "listTeams").items.length, 2, "listTeams");

const one = await client.GET("/api/v1/teams/{id}", { params: team });
expect(given(one.data, "getTeam").team.force.id, "west-midlands", "getTeam");

const surgeries = await client.GET("/api/v1/teams/{id}/surgeries", { params: team });
expect(given(surgeries.data, "listSurgeries").items[0]?.status, "confirmed", "listSurgeries");

const calendar = await client.GET("/api/v1/teams/{id}/surgeries.ics", { params: team, parseAs: "text" });
expect(given(calendar.data, "getCalendar").startsWith("BEGIN:VCALENDAR"), true, "getCalendar");

const area = await client.GET("/api/v1/teams/{id}/boundary", {
  params: { ...team, query: { precision: 4, simplify: 200 } },
});
expect(given(area.data, "getTeamBoundary").geometry?.type, "Polygon", "getTeamBoundary");

const wards = await client.GET("/api/v1/wards", { params: { query: { q: "ladywood" } } });
expect(given(wards.data, "listWards").items[0]?.team?.id, "ladywood", "listWards");

const oneWard = await client.GET("/api/v1/wards/{gss_code}", { params: ward });
expect(given(oneWard.data, "getWard").ward.district.name, "Birmingham", "getWard");

const wardArea = await client.GET("/api/v1/wards/{gss_code}/boundary", { params: ward });
expect(given(wardArea.data, "getWardBoundary").bbox?.length, 4, "getWardBoundary");

const forces = await client.GET("/police-uk/api/forces");
expect(given(forces.data, "policeForces").some((each) => each.id === "west-midlands"), true, "policeForces");

const oneForce = await client.GET("/police-uk/api/forces/{force}", { params: force });
expect(given(oneForce.data, "policeForce").telephone, "101", "policeForce");

const seniors = await client.GET("/police-uk/api/forces/{force}/people", { params: force });
expect(Array.isArray(given(seniors.data, "policeSeniorOfficers")), true, "policeSeniorOfficers");

const located = await client.GET("/police-uk/api/locate-neighbourhood", {
  params: { query: { q: "52.477677,-1.898007" } },
});
expect(given(located.data, "policeLocate").neighbourhood, "ladywood", "policeLocate");

const neighbourhoods = await client.GET("/police-uk/api/{force}/neighbourhoods", { params: force });
expect(given(neighbourhoods.data, "policeNeighbourhoods").length > 0, true, "policeNeighbourhoods");

const details = await client.GET("/police-uk/api/{force}/{id}", { params: neighbourhood });
expect(given(details.data, "policeNeighbourhood").id, "ladywood", "policeNeighbourhood");

const boundary = await client.GET("/police-uk/api/{force}/{id}/boundary", { params: neighbourhood });
expect(typeof given(boundary.data, "policeBoundary")[0]?.latitude, "string", "policeBoundary");

const people = await client.GET("/police-uk/api/{force}/{id}/people", { params: neighbourhood });
expect(typeof given(people.data, "policePeople")[0]?.rank, "string", "policePeople");

const events = await client.GET("/police-uk/api/{force}/{id}/events", { params: neighbourhood });
expect(given(events.data, "policeEvents")[0]?.type, "meeting", "policeEvents");

const priorities = await client.GET("/police-uk/api/{force}/{id}/priorities", { params: neighbourhood });
expect(typeof given(priorities.data, "policePriorities")[0]?.["issue-date"], "string", "policePriorities");

const health = await client.GET("/healthz", { parseAs: "text" });
expect(given(health.data, "healthz").trim(), "ok", "healthz");
