/** One call of every operation through the client of swagger-typescript-api. */

import { Api } from "../generated/swagger-typescript-api/api";
import { address, expect } from "./expect";

const { api, policeUk, healthz } = new Api({ baseUrl: address });

const postcode = await api.getPostcode("B24QA");
expect(postcode.data.match.certainty, "certain", "getPostcode");

const point = await api.getPoint({ lat: 52.477677, lon: -1.898007 });
expect(point.data.ward.gss_code, "E05011151", "getPoint");

const many = await api.lookUpMany({ postcodes: ["B24QA", "hello"] });
expect(many.data.results[1]?.problem?.code, "postcode_malformed", "lookUpMany");

const sector = await api.getSector("B2-4");
expect(typeof sector.data.postcodes[0]?.[3], "boolean", "getSector");

const teams = await api.listTeams({ limit: 2 });
expect(teams.data.items.length, 2, "listTeams");

const one = await api.getTeam("ladywood");
expect(one.data.team.force.id, "west-midlands", "getTeam");

const surgeries = await api.listSurgeries("ladywood");
expect(surgeries.data.items[0]?.status, "confirmed", "listSurgeries");

const calendar = await api.getCalendar("ladywood", { format: "text" });
expect(calendar.data.startsWith("BEGIN:VCALENDAR"), true, "getCalendar");

const area = await api.getTeamBoundary("ladywood", { precision: 4, simplify: 200 }, { format: "json" });
expect(area.data.geometry?.type, "Polygon", "getTeamBoundary");

const wards = await api.listWards({ q: "ladywood" });
expect(wards.data.items[0]?.team?.id, "ladywood", "listWards");

const oneWard = await api.getWard("E05011151");
expect(oneWard.data.ward.district.name, "Birmingham", "getWard");

const wardArea = await api.getWardBoundary("E05011151", {}, { format: "json" });
expect(wardArea.data.bbox?.length, 4, "getWardBoundary");

const forces = await policeUk.policeForces();
expect(forces.data.some((each) => each.id === "west-midlands"), true, "policeForces");

const oneForce = await policeUk.policeForce("west-midlands");
expect(oneForce.data.telephone, "101", "policeForce");

const seniors = await policeUk.policeSeniorOfficers("west-midlands");
expect(Array.isArray(seniors.data), true, "policeSeniorOfficers");

const located = await policeUk.policeLocate({ q: "52.477677,-1.898007" });
expect(located.data.neighbourhood, "ladywood", "policeLocate");

const neighbourhoods = await policeUk.policeNeighbourhoods("west-midlands");
expect(neighbourhoods.data.length > 0, true, "policeNeighbourhoods");

const details = await policeUk.policeNeighbourhood("west-midlands", "ladywood");
expect(details.data.id, "ladywood", "policeNeighbourhood");

const boundary = await policeUk.policeBoundary("west-midlands", "ladywood");
expect(typeof boundary.data[0]?.latitude, "string", "policeBoundary");

const people = await policeUk.policePeople("west-midlands", "ladywood");
expect(typeof people.data[0]?.rank, "string", "policePeople");

const events = await policeUk.policeEvents("west-midlands", "ladywood");
expect(events.data[0]?.type, "meeting", "policeEvents");

const priorities = await policeUk.policePriorities("west-midlands", "ladywood");
expect(typeof priorities.data[0]?.["issue-date"], "string", "policePriorities");

const health = await healthz.healthz({ format: "text" });
expect(health.data.trim(), "ok", "healthz");
