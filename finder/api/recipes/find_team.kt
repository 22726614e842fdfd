fun findTeams(base: String, typed: String): List<String> {
    val compact = typed.uppercase().filter { it in 'A'..'Z' || it in '0'..'9' }
    val postcode = compact.dropLast(3) + " " + compact.takeLast(3)
    val sector = JSONObject(URL(base + "api/v1/sectors/" + postcode.dropLast(2).replace(' ', '-')).readText())
    val rows = sector.getJSONArray("postcodes")
    val row = (0 until rows.length()).map(rows::getJSONArray).firstOrNull { it.getString(0) == postcode }
        ?: return emptyList()
    val others = sector.getJSONObject("alternatives").optJSONArray(postcode)
    return listOfNotNull(if (row.isNull(2)) null else row.getString(2)) +
        (0 until (others?.length() ?: 0)).map { others!!.getString(it) }
}
