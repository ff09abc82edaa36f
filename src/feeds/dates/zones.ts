/** Zones as feeds name them. */

/**
 * Minutes east of UTC. RFC 822 names first, then those of wire services. Ambiguous ones (IST, CST) as RFC 822 or as
 * most used in news.
 */
const ZONES: Readonly<Record<string, number>> = {
  ut: 0,
  utc: 0,
  gmt: 0,
  z: 0,
  wet: 0,
  west: 60,
  bst: 60,
  cet: 60,
  mez: 60,
  met: 60,
  cest: 120,
  mesz: 120,
  mest: 120,
  eet: 120,
  eest: 180,
  msk: 180,
  msd: 240,
  trt: 180,
  gst: 240,
  pkt: 300,
  ist: 330,
  npt: 345,
  wib: 420,
  ict: 420,
  hkt: 480,
  sgt: 480,
  pht: 480,
  awst: 480,
  jst: 540,
  kst: 540,
  acst: 570,
  acdt: 630,
  aest: 600,
  aedt: 660,
  nzst: 720,
  nzdt: 780,
  sast: 120,
  cat: 120,
  eat: 180,
  wat: 60,
  brt: -180,
  art: -180,
  clt: -240,
  nst: -210,
  ndt: -150,
  est: -300,
  edt: -240,
  cst: -360,
  cdt: -300,
  mst: -420,
  mdt: -360,
  pst: -480,
  pdt: -420,
  akst: -540,
  akdt: -480,
  hst: -600,
  ast: -240,
  adt: -180,
  et: -300,
  ct: -360,
  mt: -420,
  pt: -480,
  a: -60,
  b: -120,
  m: -720,
  n: 60,
  y: 720,
}

/** @param zone `+01:00`, `EST` or the like; none, and one nobody knows, is UTC */
export const zoneMinutes = (zone: string | undefined): number => {
  if (!zone) return 0
  const signed = /([+-])(\d{1,2}):?(\d{2})?$/.exec(zone)
  if (signed) return (signed[1] === '-' ? -1 : 1) * (Number(signed[2]) * 60 + Number(signed[3] ?? 0))
  return ZONES[zone.toLowerCase()] ?? 0
}
