/** One call of every operation through the client `typescript-fetch` of openapi-generator. */

import {
  Configuration, DataPoliceUkApi, PlacesApi, ServiceApi, TeamsApi, WardsApi,
} from "../generated/typescript-fetch";
import { address, expect } from "./expect";

const configuration = new Configuration({ basePath: address });
const places = new PlacesApi(configuration);
const teamsApi = new TeamsApi(configuration);
const wardsApi = new WardsApi(configuration);
const policeUk = new DataPoliceUkApi(configuration);
const team = { id: "ladywood" };
const force = { force: "west-midlands" };
const neighbourhood = { ...team, ...force };

const postcode = await places.getPostcode({ postcode: "B24QA" });
expect(postcode.match.certainty, "certain", "getPostcode");

const point = await places.getPoint({ lat: 52.477677, lon: -1.898007 });
expect(point.ward.gssCode, "E05011151", "getPoint");

const many = await places.lookUpMany({ lookupRequest: { postcodes: ["B24QA", "hello"] } });
expect(many.results[1]?.problem?.code, "postcode_malformed", "lookUpMany");

const sector = await places.getSector({ sector: "B2-4" });
expect(sector.postcodes[0]?.length, 4, "getSector");

const teams = await teamsApi.listTeams({ limit: 2 });
expect(teams.items.length, 2, "listTeams");

const one = await teamsApi.getTeam(team);
expect(one.team.force.id, "west-midlands", "getTeam");

const surgeries = await teamsApi.listSurgeries(team);
expect(surgeries.items[0]?.startsAt instanceof Date, true, "listSurgeries");

const calendar = await teamsApi.getCalendar(team);
expect(calendar.startsWith("BEGIN:VCALENDAR"), true, "getCalendar");

const area = await teamsApi.getTeamBoundary({ ...team, precision: 4, simplify: 200 });
expect(area.geometry?.type, "Polygon", "getTeamBoundary");

const wards = await wardsApi.listWards({ q: "ladywood" });
expect(wards.items[0]?.team?.id, "ladywood", "listWards");

const oneWard = await wardsApi.getWard({ gssCode: "E05011151" });
expect(oneWard.ward.district.name, "Birmingham", "getWard");

const wardArea = await wardsApi.getWardBoundary({ gssCode: "E05011151" });
expect(wardArea.bbox?.length, 4, "getWardBoundary");

const forces = await policeUk.policeForces();
expect(forces.some((each) => each.id === "west-midlands"), true, "policeForces");

const oneForce = await policeUk.policeForce(force);
expect(oneForce.telephone, "101", "policeForce");

const seniors = await policeUk.policeSeniorOfficers(force);
expect(Array.isArray(seniors), true, "policeSeniorOfficers");

const located = await policeUk.policeLocate({ q: "52.477677,-1.898007" });
expect(located.neighbourhood, "ladywood", "policeLocate");

const neighbourhoods = await policeUk.policeNeighbourhoods(force);
expect(neighbourhoods.length > 0, true, "policeNeighbourhoods");

const details = await policeUk.policeNeighbourhood(neighbourhood);
expect(details.id, "ladywood", "policeNeighbourhood");

const boundary = await policeUk.policeBoundary(neighbourhood);
expect(typeof boundary[0]?.latitude, "string", "policeBoundary");

const people = await policeUk.policePeople(neighbourhood);
expect(typeof people[0]?.rank, "string", "policePeople");

const events = await policeUk.policeEvents(neighbourhood);
expect(events[0]?.type, "meeting", "policeEvents");

const priorities = await policeUk.policePriorities(neighbourhood);
expect(typeof priorities[0]?.issueDate, "string", "policePriorities");

const health = await new ServiceApi(configuration).healthz();
expect(health.trim(), "ok", "healthz");
