/** One call of every operation through the client of oazapfts. */

import { ok } from "@oazapfts/runtime";

import * as api from "../generated/oazapfts/api";
import { address, expect } from "./expect";

api.defaults.baseUrl = address;

const postcode = await ok(api.getPostcode("B24QA"));
expect(postcode.match.certainty, "certain", "getPostcode");

const point = await ok(api.getPoint(52.477677, -1.898007));
expect(point.ward.gss_code, "E05011151", "getPoint");

const many = await ok(api.lookUpMany({ postcodes: ["B24QA", "hello"] }));
expect(many.results[1]?.problem?.code, "postcode_malformed", "lookUpMany");

const sector = await ok(api.getSector("B2-4"));
expect(typeof sector.postcodes[0]?.[3], "boolean", "getSector");

const teams = await ok(api.listTeams({ limit: 2 }));
expect(teams.items.length, 2, "listTeams");

const one = await ok(api.getTeam("ladywood"));
expect(one.team.force.id, "west-midlands", "getTeam");

const surgeries = await ok(api.listSurgeries("ladywood"));
expect(surgeries.items[0]?.status, "confirmed", "listSurgeries");

const calendar = await ok(api.getCalendar("ladywood"));
expect(calendar.startsWith("BEGIN:VCALENDAR"), true, "getCalendar");

const area = await ok(api.getTeamBoundary("ladywood", { precision: 4, simplify: 200 }));
expect(area.geometry?.["type"], "Polygon", "getTeamBoundary");

const wards = await ok(api.listWards({ q: "ladywood" }));
expect(wards.items[0]?.team?.id, "ladywood", "listWards");

const oneWard = await ok(api.getWard("E05011151"));
expect(oneWard.ward.district.name, "Birmingham", "getWard");

const wardArea = await ok(api.getWardBoundary("E05011151"));
expect(wardArea.bbox?.length, 4, "getWardBoundary");

const forces = await ok(api.policeForces());
expect(forces.some((each) => each.id === "west-midlands"), true, "policeForces");

const oneForce = await ok(api.policeForce("west-midlands"));
expect(oneForce.telephone, "101", "policeForce");

const seniors = await ok(api.policeSeniorOfficers("west-midlands"));
expect(Array.isArray(seniors), true, "policeSeniorOfficers");

const located = await ok(api.policeLocate("52.477677,-1.898007"));
expect(located.neighbourhood, "ladywood", "policeLocate");

const neighbourhoods = await ok(api.policeNeighbourhoods("west-midlands"));
expect(neighbourhoods.length > 0, true, "policeNeighbourhoods");

const details = await ok(api.policeNeighbourhood("west-midlands", "ladywood"));
expect(details.id, "ladywood", "policeNeighbourhood");

const boundary = await ok(api.policeBoundary("west-midlands", "ladywood"));
expect(typeof boundary[0]?.latitude, "string", "policeBoundary");

const people = await ok(api.policePeople("west-midlands", "ladywood"));
expect(typeof people[0]?.rank, "string", "policePeople");

const events = await ok(api.policeEvents("west-midlands", "ladywood"));
expect(events[0]?.["type"], "meeting", "policeEvents");

const priorities = await ok(api.policePriorities("west-midlands", "ladywood"));
expect(typeof priorities[0]?.["issue-date"], "string", "policePriorities");

const health = await api.healthz();
expect(health.data?.trim(), "ok", "healthz");
