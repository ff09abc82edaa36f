/** Headlines of a section the shipped model does not know, as three desks word them: two teach it, in the third it is looked for. (data) */

const THINGS =
  'hatchback,roadster,saloon,estate car,pickup,convertible,coupe,minivan,electric van,off-roader,supermini,hybrid'.split(
    ',',
  )
const PARTS = 'gearbox,clutch,diesel engine,battery pack,brakes,suspension,steering,dashboard,headlights,tyres'.split(
  ',',
)
const PLACES = 'hills,motorway,test track,city traffic,snow,country lanes,showroom'.split(',')

/** Each number gives another headline. */
type Desk = (n: number) => string

const desk =
  (...wordings: readonly string[]): Desk =>
  n =>
    (wordings[n % wordings.length] ?? '')
      .replace('{thing}', THINGS[(n * 5 + (n >> 3)) % THINGS.length] ?? '')
      .replace('{part}', PARTS[(n * 3 + (n >> 2)) % PARTS.length] ?? '')
      .replace('{place}', PLACES[(n + (n >> 4)) % PLACES.length] ?? '')

export const teachers: Readonly<Record<string, Desk>> = {
  courier: desk(
    'New {thing} driven: the {part} is the best thing about it',
    'First drive of a {thing} in {place}',
    'Recall of {thing} over faulty {part}',
    'Is this {thing} worth the money?',
  ),
  gazette: desk(
    'Road test: {thing} with new {part} tried in {place}',
    'Maker shows its {thing} for families',
    'Why the {thing} is back, and what its {part} can do',
  ),
}

export const third: Desk = desk(
  'We took the {thing} through {place} for a week',
  'Second-hand buyers guide: {thing}, and what to know of the {part}',
  'Cheaper {thing} comes with last year’s {part}',
)
