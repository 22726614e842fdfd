struct Sector: Decodable {
    let teams: [String: String], alternatives: [String: [String]], rows: [Row]
    struct Row: Decodable {
        let postcode: String, teamID: String?
        init(from decoder: Decoder) throws {
            var values = try decoder.unkeyedContainer()
            postcode = try values.decode(String.self)
            _ = try values.decodeIfPresent(String.self)
            teamID = try values.decodeIfPresent(String.self)
        }
    }
    enum CodingKeys: String, CodingKey { case teams, alternatives, rows = "postcodes" }
}

func findTeams(base: URL, typed: String) async throws -> [String] {
    let compact = typed.uppercased().filter { $0.isASCII && ($0.isLetter || $0.isNumber) }
    let postcode = "\(compact.dropLast(3)) \(compact.suffix(3))"
    let path = "api/v1/sectors/" + postcode.dropLast(2).replacingOccurrences(of: " ", with: "-")
    let (body, _) = try await URLSession.shared.data(from: base.appendingPathComponent(path))
    let sector = try JSONDecoder().decode(Sector.self, from: body)
    guard let row = sector.rows.first(where: { $0.postcode == postcode }) else { return [] }
    return [row.teamID].compactMap { $0 } + (sector.alternatives[postcode] ?? [])
}
