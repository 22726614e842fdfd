"""What GDAL may do with an untrusted file: use one driver, no network, and no other file."""

from typing import Final

from geodata.readers.file_formats import (
    ESRI_JSON,
    FILE_GEODATABASE,
    FLATGEOBUF,
    GEOPACKAGE,
    GML,
    KML,
    MAPINFO,
    SHAPEFILE,
    TOPOJSON,
)

DRIVER: Final = {
    GEOPACKAGE: "GPKG",
    SHAPEFILE: "ESRI Shapefile",
    KML: "LIBKML",
    GML: "GML",
    FILE_GEODATABASE: "OpenFileGDB",
    MAPINFO: "MapInfo File",
    FLATGEOBUF: "FlatGeobuf",
    ESRI_JSON: "ESRIJSON",
    TOPOJSON: "TopoJSON",
}
"""The GDAL driver for each format. GeoJSON is not here because GDAL never reads it."""

# Every vector driver in pyogrio's wheel. open_gdal detects a driver that is missing here before it opens a file.
_ALL: Final = """
    ADBC,AIVector,AVCBin,AVCE00,AmigoCloud,CSV,CSW,Carto,DGN,DXF,EDIGEO,EEDA,ESRI Shapefile,ESRIJSON,Elasticsearch,
    FlatGeobuf,GDALG,GML,GPKG,GPSBabel,GPX,GTFS,GeoJSON,GeoJSONSeq,GeoRSS,HTTP,Idrisi,JML,JSONFG,KML,LIBKML,LVBAG,
    MBTiles,MEM,MVT,MapInfo File,MapML,MiraMonVector,NGW,OAPIF,ODS,OGCAPI,OGR_GMT,OGR_PDS,OGR_VRT,OSM,OpenFileGDB,
    PCIDSK,PDF,PDS4,PGDUMP,PLSCENES,PMTiles,S57,SQLite,SXF,Selafin,TopoJSON,VDV,VFK,VICAR,WAsP,WFS,XLSX
"""
_DRIVERS: Final = frozenset(name.strip() for name in _ALL.split(","))


def environment_for(format_: str) -> dict[str, str]:
    """Environment variables for GDAL to read only this format; they must be set before pyogrio is imported."""
    skipped = ",".join(sorted(_DRIVERS - {DRIVER[format_]}))
    return {
        "OGR_SKIP": skipped,
        "GDAL_SKIP": skipped,
        "GDAL_DRIVER_PATH": "disable",
        "GDAL_NUM_THREADS": "1",
        "GDAL_DISABLE_READDIR_ON_OPEN": "TRUE",
        "GDAL_HTTP_PROXY": "127.0.0.1:9",  # the discard port: any request ends here
        "GDAL_HTTP_CONNECTTIMEOUT": "1",
        "GDAL_HTTP_TIMEOUT": "1",
        "GDAL_HTTP_MAX_RETRY": "0",
        "CPL_VSIL_CURL_ALLOWED_EXTENSIONS": ".none",
        "CPL_VSIL_USE_TEMP_FILE_FOR_RANDOM_WRITE": "NO",
        "GML_SKIP_RESOLVE_ELEMS": "ALL",  # no xlink:href is followed
        "GML_DOWNLOAD_SCHEMA": "NO",
        "LIBKML_RESOLVE_STYLE": "NO",
        "OGR_SQLITE_LOAD_EXTENSIONS": "",
        "OGR_SQLITE_PRAGMA": "trusted_schema=OFF",
        "PROJ_NETWORK": "OFF",
    }
