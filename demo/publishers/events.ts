/**
 * The events of the invented world, reported by several publishers in their own words. {place}, {other}, {person} and
 * {n} differ each time an event is repeated, so that no two editions are the same. (data)
 */

import type { SectionId } from '../../src/domain/section.ts'

/** A headline and the sentences under it. */
export type Telling = readonly [title: string, text: string]

export interface StandEvent {
  readonly section: SectionId
  /** The publisher's own name of the category. */
  readonly category: string
  /** In English, each in other words; the first is the wire's copy. */
  readonly en: readonly Telling[]
  readonly de?: Telling
  readonly fr?: Telling
  readonly es?: Telling
  readonly ja?: Telling
  readonly ru?: Telling
}

export const EVENTS: readonly StandEvent[] = [
  {
    section: 'world',
    category: 'World',
    en: [
      [
        '{place} and {other} sign ferry treaty after nine-year dispute',
        'Ministers of {place} and {other} signed a treaty on Monday that reopens the ferry line across the strait, closed for nine years over fishing rights. The first boats are to sail within {n} days, carrying islanders who have not seen relatives since the line was cut.',
      ],
      [
        'After nine years, boats will cross the strait of {place} again',
        'A quarrel over herring kept {place} and {other} apart for nearly a decade. Now both governments have put their names to a ferry treaty, and families on either shore are packing.',
      ],
      [
        'Ferry treaty ends long quarrel between {place} and {other}',
        'Fishermen grumbled, islanders cheered: the treaty between {place} and {other} brings back the ferry and shares the catch in the strait by season.',
      ],
    ],
    de: [
      'Fährvertrag beendet Streit zwischen {place} und {other}',
      'Nach neun Jahren fahren wieder Schiffe: {place} und {other} haben einen Vertrag über die Fährlinie durch die Meerenge unterzeichnet, der auch die Fangrechte regelt.',
    ],
    fr: [
      '{place} et {other} signent un traité sur les ferries',
      'Après neuf ans de querelle sur la pêche, les deux gouvernements rouvrent la ligne maritime du détroit. Les premiers bateaux partiront dans {n} jours.',
    ],
    ru: [
      '{place} и {other} подписали договор о паромной переправе',
      'Девятилетний спор о рыболовстве завершён: паромы снова пойдут через пролив, а улов будут делить по сезонам.',
    ],
  },
  {
    section: 'world',
    category: 'World',
    en: [
      [
        'Storm {person} floods old harbour of {place}, {n} families moved',
        'Storm {person} pushed the sea over the harbour wall of {place} before dawn, flooding the old town and forcing {n} families into schools and churches. No deaths were reported; power was cut to half the city.',
      ],
      [
        '{place} wades through its streets after storm breaks harbour wall',
        'By daylight the water stood knee-deep around the fish market of {place}. Storm {person} had torn a gap of forty metres in the wall that has kept the sea out since 1911.',
      ],
      [
        'Harbour wall of {place} gives way to storm {person}',
        'Schools in {place} became dormitories overnight as the storm drove families from the old town. Engineers began filling the gap in the wall with stone from the quarry.',
      ],
    ],
    es: [
      'El temporal {person} inunda el puerto viejo de {place}',
      'El mar superó de madrugada el muro del puerto y {n} familias pasaron la noche en escuelas e iglesias. No hay víctimas.',
    ],
    ja: [
      '{place}の旧港が嵐で浸水、{n}世帯が避難',
      '嵐により防波堤が壊れ、旧市街が水につかりました。住民は学校に避難し、けが人は出ていません。',
    ],
  },
  {
    section: 'world',
    category: 'World',
    en: [
      [
        'Lighthouse keepers of {place} end strike with a pay deal',
        'The last staffed lighthouses on the coast of {place} were lit again on Tuesday after keepers accepted a raise of {n} percent and a new relief boat, ending a strike that had darkened the coast for three weeks.',
      ],
      [
        'Lights back on along the coast of {place} as keepers settle',
        'Three weeks of dark headlands are over. The keepers of {place} get more money, a new boat, and a promise that no lamp will be automated before the decade is out.',
      ],
    ],
    fr: [
      'Fin de la grève des gardiens de phare à {place}',
      'Après trois semaines, les gardiens ont accepté une hausse de {n} % et un nouveau bateau de relève. La côte est de nouveau éclairée.',
    ],
    de: [
      'Leuchtturmwärter von {place} beenden ihren Streik',
      'Drei Wochen lang blieb die Küste dunkel. Nun gibt es {n} Prozent mehr Lohn und ein neues Versorgungsboot.',
    ],
  },
  {
    section: 'world',
    category: 'World',
    en: [
      [
        'Mountain tunnel to {place} opens {n} months early',
        'The rail tunnel that cuts the journey from {other} to {place} to forty minutes carried its first passengers on Sunday, {n} months ahead of plan and a little under its budget, to the surprise of its own engineers.',
      ],
      [
        'Forty minutes under the mountain: the new line to {place}',
        'Passengers applauded as daylight came back at the {place} end of the new tunnel. The old pass road, snowed in four months a year, will be left to cyclists.',
      ],
    ],
    es: [
      'Abre antes de tiempo el túnel ferroviario a {place}',
      'El viaje desde {other} dura ahora cuarenta minutos. La obra termina {n} meses antes de lo previsto y por debajo del presupuesto.',
    ],
    ru: [
      'Тоннель в {place} открыли раньше срока',
      'Поезд идёт под горой сорок минут. Строители закончили на {n} месяцев раньше плана.',
    ],
  },
  {
    section: 'asia',
    category: 'Asia',
    en: [
      [
        'Monsoon fills {place} reservoirs for first time in six years',
        'Reservoirs around {place} stood full on Wednesday after {n} days of steady rain, ending six years of rationing in the river delta and saving the second rice harvest, the water board said.',
      ],
      [
        'Rice farmers of {place} celebrate as reservoirs brim',
        'Drums sounded on the dams of the delta: the monsoon has given {place} its water back. Rationing, in force for six years, ends at midnight.',
      ],
    ],
    ja: [
      '{place}の貯水池が六年ぶりに満水',
      'モンスーンの雨が{n}日続き、給水制限が解除されました。米の二期作も救われる見通しです。',
    ],
    de: [
      'Monsun füllt die Stauseen von {place}',
      'Nach sechs Jahren endet die Rationierung im Delta. {n} Tage Regen haben auch die zweite Reisernte gerettet.',
    ],
  },
  {
    section: 'asia',
    category: 'Asia',
    en: [
      [
        '{place} night market wins back its street from the flyover',
        'Stallholders of the {place} night market packed up their protest on Friday after the city dropped plans for a flyover and promised the street to {n} food stalls for another twenty years.',
      ],
      [
        'Noodles one, flyover nil: {place} keeps its night market',
        'The city of {place} has shelved the flyover that was to run over its best-known street. The {n} stalls beneath it stay, and so do the queues.',
      ],
    ],
    fr: [
      'Le marché de nuit de {place} sauvé du béton',
      'La ville renonce à son autopont : les {n} échoppes gardent leur rue pour vingt ans.',
    ],
    ja: ['{place}の夜市、高架道路計画の撤回で存続へ', '市は高架計画を取り下げ、{n}の屋台に二十年の営業を認めました。'],
  },
  {
    section: 'asia',
    category: 'Asia',
    en: [
      [
        'Island rail link between {place} and {other} carries first train',
        'The first train crossed the bridges between {place} and {other} on Thursday, joining eleven islands by rail. Tickets for the first {n} days sold out in an hour.',
      ],
      [
        'Eleven islands, one railway: {place} line opens',
        'Children waved flags at every halt as the train from {other} rolled into {place}. Ferry crews, fearing for their jobs, have been offered places on the line.',
      ],
    ],
    ja: [
      '{place}と{other}を結ぶ島の鉄道が開通',
      '十一の島を結ぶ鉄道の一番列車が走りました。最初の{n}日分の切符は一時間で売り切れました。',
    ],
  },
  {
    section: 'asia',
    category: 'Asia',
    en: [
      [
        'Earthquake of magnitude 5.{n} shakes hills above {place}, little damage',
        'An earthquake shook the hills above {place} shortly after noon, cracking temple walls and closing a school. Geologists counted a dozen weaker shocks and expect no larger one.',
      ],
      [
        'Hills of {place} tremble, temples crack, nobody hurt',
        'It lasted eleven seconds. Then the people of {place} swept up roof tiles, checked on their neighbours and went back to lunch.',
      ],
    ],
    ja: [
      '{place}の山間部で地震、大きな被害なし',
      '昼過ぎに揺れがあり、寺の壁にひびが入りました。けが人は確認されていません。',
    ],
  },
  {
    section: 'politics',
    category: 'Politics',
    en: [
      [
        'Parliament of {place} passes budget at dawn by {n} votes',
        'After a sitting of nineteen hours the parliament of {place} passed the budget at dawn by a margin of {n} votes. Taxes on fuel rise, those on first homes fall, and schools receive more than they asked for.',
      ],
      [
        'Nineteen hours, {n} votes: {place} has a budget',
        'Members slept on the benches and quarrelled in the corridors before the budget of {place} went through. Fuel gets dearer, first homes cheaper.',
      ],
      [
        'Budget scrapes through in {place} as coalition holds',
        'The coalition of {place} survived the night. The budget it passed at dawn pleases schools, annoys drivers and leaves the opposition asking for a recount.',
      ],
    ],
    de: [
      'Parlament von {place} beschließt Haushalt im Morgengrauen',
      'Nach neunzehn Stunden Sitzung steht der Etat: Sprit wird teurer, das erste Eigenheim günstiger. Die Mehrheit betrug {n} Stimmen.',
    ],
    es: [
      'El parlamento de {place} aprueba el presupuesto de madrugada',
      'Diecinueve horas de sesión y {n} votos de diferencia: suben los impuestos al combustible y bajan los de la primera vivienda.',
    ],
  },
  {
    section: 'politics',
    category: 'Politics',
    en: [
      [
        'Mayor {person} of {place} resigns over bus contract',
        'Mayor {person} of {place} resigned on Tuesday, a day after auditors found that a contract for {n} buses had been given without a tender. An election is to be held before the summer.',
      ],
      [
        '{place} mayor goes after auditors question {n} buses',
        'The buses run on time, but how they were bought cost {person} the mayoralty of {place}. The deputy takes over until the vote.',
      ],
    ],
    fr: [
      'La maire de {place} démissionne après un contrat de bus',
      "Les auditeurs ont jugé irrégulier un marché de {n} autobus. Une élection aura lieu avant l'été.",
    ],
  },
  {
    section: 'politics',
    category: 'Politics',
    en: [
      [
        '{place} lowers voting age to sixteen',
        'Voters in {place} may be sixteen from the next election on, after the upper house approved the reform by {n} votes. Schools are to teach how a ballot is counted.',
      ],
      [
        'Sixteen-year-olds get the vote in {place}',
        'First they asked for later school mornings, then for the vote. The upper house of {place} has now granted the second.',
      ],
    ],
    ru: [
      'В {place} голосовать разрешили с шестнадцати лет',
      'Верхняя палата одобрила реформу с перевесом в {n} голосов. В школах будут учить подсчёту бюллетеней.',
    ],
    de: [
      '{place} senkt das Wahlalter auf sechzehn',
      'Das Oberhaus stimmte der Reform zu. Schulen sollen künftig zeigen, wie Stimmen ausgezählt werden.',
    ],
  },
  {
    section: 'politics',
    category: 'Politics',
    en: [
      [
        'Coalition talks in {place} break down over railway line',
        'Three parties in {place} broke off coalition talks late on Sunday because they could not agree on where a new railway line should end. The president gives them {n} days to try again.',
      ],
      [
        'One railway station too many: {place} talks collapse',
        'They agreed on taxes, schools and the army. They did not agree on where the train stops. {place} stays without a government.',
      ],
    ],
    es: [
      'Fracasan las negociaciones de gobierno en {place}',
      'Tres partidos no logran acordar dónde terminará una nueva línea de tren. La presidencia les da {n} días más.',
    ],
  },
  {
    section: 'business',
    category: 'Markets',
    en: [
      [
        'Central bank of {place} keeps rate at {n} percent, sees prices falling',
        'The central bank of {place} left its rate at {n} percent on Thursday and said prices should fall by autumn. Shares rose, the currency hardly moved, and two of nine board members voted for a cut.',
      ],
      [
        'No cut yet: {place} holds its rate as inflation slows',
        'Borrowers in {place} will have to wait. The bank sees prices easing but wants another quarter of proof.',
      ],
      [
        '{place} rate unchanged; two board members wanted a cut',
        'A split board left the rate of {place} where it was. Bond traders now expect the first cut after the harvest.',
      ],
    ],
    de: [
      'Zentralbank von {place} lässt Leitzins bei {n} Prozent',
      'Die Notenbank erwartet sinkende Preise bis zum Herbst. Zwei von neun Mitgliedern stimmten für eine Senkung.',
    ],
    fr: [
      'La banque centrale de {place} maintient son taux à {n} %',
      "Les prix devraient baisser d'ici l'automne. Deux membres sur neuf voulaient une baisse immédiate.",
    ],
  },
  {
    section: 'business',
    category: 'Companies',
    en: [
      [
        'Shipyard of {place} wins order for {n} electric ferries',
        'The shipyard of {place} will build {n} battery ferries for the coastal line, its largest order in thirty years, and hire four hundred welders and electricians from spring.',
      ],
      [
        '{place} yard, once near closing, to build electric ferries',
        'Two winters ago the cranes of {place} stood still. Now the yard has work until the end of the decade: ferries that run on batteries.',
      ],
    ],
    es: [
      'El astillero de {place} construirá {n} ferris eléctricos',
      'Es su mayor pedido en treinta años y creará cuatrocientos empleos desde la primavera.',
    ],
    ru: [
      'Верфь {place} построит электрические паромы',
      'Заказ на {n} судов — крупнейший за тридцать лет. Наймут четыреста сварщиков и электриков.',
    ],
  },
  {
    section: 'business',
    category: 'Economy',
    en: [
      [
        'Coffee price climbs to record as frost hits {place} highlands',
        'Coffee rose {n} percent in a week to its highest price ever after frost damaged plantations in the highlands of {place}. Roasters said cups would cost more before the month is out.',
      ],
      [
        'Frost in {place} makes your morning coffee dearer',
        'A cold night in the highlands of {place} has reached the breakfast table: beans cost more than ever, and traders see no relief before the next bloom.',
      ],
    ],
    de: [
      'Frost in {place} treibt Kaffeepreis auf Rekord',
      'Um {n} Prozent stiegen die Bohnen in einer Woche. Röster kündigen höhere Preise an.',
    ],
  },
  {
    section: 'business',
    category: 'Companies',
    en: [
      [
        'Bakers of {place} merge to fight supermarket bread',
        'Forty family bakeries in {place} are merging into one cooperative with {n} shops, sharing flour, vans and night shifts in order to hold their own against supermarket bread.',
      ],
      [
        'Forty bakeries, one oven: {place} bakers join forces',
        'They will keep their names over the door. Behind it the bakers of {place} now share everything down to the yeast.',
      ],
    ],
    fr: [
      "Les boulangers de {place} s'unissent en coopérative",
      'Quarante familles et {n} boutiques partagent farine et camionnettes pour résister au pain industriel.',
    ],
  },
  {
    section: 'technology',
    category: 'Technology',
    en: [
      [
        '{place} laboratory shows battery that charges in {n} minutes',
        'Engineers in {place} showed a battery for cars that charges in {n} minutes and, they say, survives ten thousand charges. Makers who saw it want proof that it does so in winter.',
      ],
      [
        'Ten thousand charges, {n} minutes each: a battery from {place}',
        'It looks like any other battery. But the cell from {place} fills faster than one drinks a coffee, and its makers claim it outlives the car.',
      ],
    ],
    de: [
      'Batterie aus {place} lädt in {n} Minuten',
      'Zehntausend Ladungen soll die Zelle überstehen. Autobauer verlangen den Beweis im Winter.',
    ],
    es: [
      'Una batería de {place} se carga en {n} minutos',
      'Sus ingenieros prometen diez mil cargas. Los fabricantes piden pruebas en invierno.',
    ],
  },
  {
    section: 'technology',
    category: 'Security',
    en: [
      [
        'Flaw in door locks of {n} hotels found by student in {place}',
        'A student in {place} found that the electronic locks of {n} hotels open to a copied key card, and told the maker, which has begun to replace them. No theft is known of.',
      ],
      [
        'How a student from {place} opened every door in the hotel',
        'It began with a lost key card. It ended with a list of {n} hotels, a polite letter, and a maker of locks with a great deal of work.',
      ],
    ],
    fr: [
      "Un étudiant de {place} découvre une faille dans les serrures d'hôtels",
      "{n} hôtels sont concernés. Le fabricant remplace les serrures ; aucun vol n'est connu.",
    ],
  },
  {
    section: 'technology',
    category: 'Technology',
    en: [
      [
        'Old phones become river gauges in {place}',
        'Schools in {place} have turned {n} discarded phones into gauges that warn of floods along the river, for a hundredth of what the water board pays for its own.',
      ],
      [
        'The flood warning in your drawer: {place} reuses phones',
        'Cracked screens do not matter under a bridge. {n} old phones now watch the river for {place}, and pupils keep them running.',
      ],
    ],
    ja: ['{place}で古い携帯電話が川の水位計に', '生徒たちが{n}台を再利用し、洪水を知らせる仕組みを作りました。'],
  },
  {
    section: 'technology',
    category: 'Artificial intelligence',
    en: [
      [
        '{place} court throws out ruling written by software',
        'An appeals court in {place} threw out a judgment because a judge had let software write it, footnotes to cases that never existed included. {n} other rulings are to be read again.',
      ],
      [
        'The cases did not exist: {place} judge relied on software',
        'The footnotes looked impressive. None of them led anywhere, the appeals court of {place} found, and sent the judgment back.',
      ],
    ],
    de: [
      'Gericht in {place} kassiert Urteil aus der Maschine',
      'Ein Richter ließ Software schreiben, die Fälle erfand. {n} weitere Urteile werden geprüft.',
    ],
    ru: [
      'Суд в {place} отменил решение, написанное программой',
      'Судья сослался на дела, которых не было. Ещё {n} решений перечитают.',
    ],
  },
  {
    section: 'science',
    category: 'Science',
    en: [
      [
        'Telescope at {place} sees water on planet {n} light years away',
        'Astronomers at the {place} telescope found the mark of water vapour in the light of a planet {n} light years away, half again as wide as the Earth and a little warmer.',
      ],
      [
        'Vapour in the light: {place} astronomers find a wet world',
        'For eleven nights the telescope of {place} watched one faint star. In the light that grazed its planet stood the signature of water.',
      ],
      [
        'A wet world {n} light years off, seen from {place}',
        'Clouds, perhaps even rain: what astronomers at {place} read in a sliver of starlight makes the planet a first address for the next telescope.',
      ],
    ],
    fr: [
      "Le télescope de {place} voit de l'eau sur une planète lointaine",
      "La vapeur d'eau a été reconnue dans la lumière d'un monde situé à {n} années-lumière.",
    ],
    ja: [
      '{place}の望遠鏡、{n}光年先の惑星に水蒸気を確認',
      '地球より少し大きく暖かい惑星の光に、水のしるしが見つかりました。',
    ],
  },
  {
    section: 'science',
    category: 'Environment',
    en: [
      [
        'Beavers return to {place} river after {n} years',
        'A pair of beavers has built a dam on the river above {place}, the first in {n} years. Biologists say the pond behind it already holds back floods and shelters kingfishers.',
      ],
      [
        'First beaver dam in {n} years above {place}',
        'Nobody brought them; they walked. The beavers of {place} have felled eleven alders and started a marsh.',
      ],
    ],
    de: [
      'Biber kehren nach {n} Jahren an den Fluss bei {place} zurück',
      'Ein Paar hat einen Damm gebaut. Der Teich dahinter bremst Hochwasser und zieht Eisvögel an.',
    ],
    es: [
      'Los castores vuelven al río de {place} tras {n} años',
      'Una pareja ha levantado una presa que frena las crecidas y da refugio al martín pescador.',
    ],
  },
  {
    section: 'science',
    category: 'Archaeology',
    en: [
      [
        'Bronze Age kitchen found under car park in {place}',
        'Builders in {place} came upon a Bronze Age kitchen with {n} pots still standing around the hearth, some with burnt porridge at the bottom. The car park will have to wait.',
      ],
      [
        'Porridge, three thousand years old, from {place}',
        'Somebody left the pot on the fire. Archaeologists in {place} are grateful: {n} vessels tell what a family ate.',
      ],
    ],
    ru: [
      'В {place} под парковкой нашли кухню бронзового века',
      'Вокруг очага стояли {n} горшков, в некоторых сохранилась каша.',
    ],
  },
  {
    section: 'science',
    category: 'Climate',
    en: [
      [
        'Glacier above {place} lost {n} metres in one summer',
        'The glacier above {place} drew back {n} metres this summer, more than in any since it was first measured in 1874. The lake at its foot is being drained to protect the village.',
      ],
      [
        '{place} drains lake as glacier melts away',
        'Pumps run day and night above {place}. The ice behind the lake has never shrunk so fast.',
      ],
    ],
    de: [
      'Gletscher über {place} verliert {n} Meter in einem Sommer',
      'So viel wie nie seit Beginn der Messungen 1874. Der See an seinem Fuß wird abgepumpt.',
    ],
    fr: [
      'Le glacier de {place} a reculé de {n} mètres en un été',
      'Un record depuis 1874. On vide le lac pour protéger le village.',
    ],
  },
  {
    section: 'health',
    category: 'Health',
    en: [
      [
        'Measles outbreak in {place} ends after {n} weeks',
        'Health officers declared the measles outbreak in {place} over on Monday, {n} weeks after the first case. Mobile teams vaccinated nine children in ten in the valley.',
      ],
      [
        '{place} free of measles after door-to-door vaccination',
        'They came by bicycle, with cool boxes and stickers. After {n} weeks the nurses of {place} have no new case to report.',
      ],
    ],
    es: [
      'Termina el brote de sarampión en {place}',
      'Tras {n} semanas, nueve de cada diez niños del valle están vacunados.',
    ],
    ru: ['Вспышка кори в {place} закончилась', 'За {n} недель медики привили девять детей из десяти.'],
  },
  {
    section: 'health',
    category: 'Medicine',
    en: [
      [
        'Daily walk of {n} minutes lowers blood pressure, {place} trial finds',
        'A trial with four thousand patients in {place} found that a brisk walk of {n} minutes a day lowered blood pressure about as much as a first tablet, doctors reported.',
      ],
      [
        'Walk first, tablets later: what a trial in {place} suggests',
        'Half of them took a pill, half took a walk. After a year, doctors in {place} could hardly tell their blood pressures apart.',
      ],
    ],
    de: [
      '{n} Minuten Gehen senken den Blutdruck, zeigt Studie aus {place}',
      'Viertausend Patienten nahmen teil. Der Spaziergang wirkte fast so gut wie eine erste Tablette.',
    ],
    fr: [
      'Marcher {n} minutes par jour fait baisser la tension, selon une étude de {place}',
      "Quatre mille patients ont participé. L'effet approche celui d'un premier comprimé.",
    ],
  },
  {
    section: 'health',
    category: 'Hospitals',
    en: [
      [
        'Hospital of {place} cuts waiting from {n} weeks to five days',
        'The hospital of {place} cut the wait for a scan from {n} weeks to five days by opening its machines at night and letting patients choose the hour.',
      ],
      [
        'A scan at midnight? {place} patients say yes',
        'The machines stood idle after six. Now they run till two, and nobody in {place} waits {n} weeks any more.',
      ],
    ],
    es: [
      'El hospital de {place} reduce la espera de {n} semanas a cinco días',
      'Las máquinas funcionan también de noche y los pacientes eligen la hora.',
    ],
  },
  {
    section: 'health',
    category: 'Public health',
    en: [
      [
        'Tap water of {place} safe again after pipes are flushed',
        'People in {place} may drink their tap water again after {n} days of boiling it. The waterworks flushed sixty kilometres of pipe and replaced a filter that had failed.',
      ],
      [
        'No more boiling: {place} gets its water back',
        'For {n} days the kettles of {place} never rested. The filter has been replaced, the samples are clean.',
      ],
    ],
    ru: [
      'Воду в {place} снова можно пить из-под крана',
      'Шестьдесят километров труб промыли, фильтр заменили. Кипятить пришлось {n} дней.',
    ],
  },
  {
    section: 'sports',
    category: 'Football',
    en: [
      [
        '{place} win cup final on penalties after {n} kicks',
        '{place} beat {other} in the cup final on Saturday after {n} penalty kicks, the longest shoot-out in the history of the competition. Their goalkeeper scored the last one.',
      ],
      [
        'Goalkeeper decides final: {place} lift the cup',
        'When everyone else had kicked, {person} took the ball himself. One step, top corner, and {place} had beaten {other}.',
      ],
      [
        'Heartbreak for {other} as {place} take cup in shoot-out',
        'Twice {other} were a kick away. In the end the cup goes to {place}, and their goalkeeper will not buy a drink this year.',
      ],
    ],
    de: [
      '{place} gewinnt Pokalfinale nach {n} Elfmetern',
      'Der Torwart verwandelte den letzten selbst: {other} unterlag im längsten Elfmeterschießen der Pokalgeschichte.',
    ],
    es: [
      '{place} gana la copa tras {n} penaltis',
      'El portero marcó el último ante {other} en la tanda más larga de la historia del torneo.',
    ],
  },
  {
    section: 'sports',
    category: 'Cycling',
    en: [
      [
        '{person} takes mountain stage to {place} and yellow jersey',
        "{person} rode away from the favourites on the last climb to win the mountain stage to {place} by {n} seconds and take the leader's jersey, four days before the finish.",
      ],
      [
        'Alone in the mist: {person} wins above {place}',
        'The others waited for one another. {person} did not, and stands {n} seconds ahead with four days to ride.',
      ],
    ],
    fr: [
      "{person} remporte l'étape de montagne à {place}",
      "Parti seul dans la dernière montée, il prend le maillot avec {n} secondes d'avance.",
    ],
  },
  {
    section: 'sports',
    category: 'Tennis',
    en: [
      [
        'Qualifier {person} beats champion in {n} games at {place}',
        'Qualifier {person} beat the champion in the first round of the {place} open on Monday in a match of {n} games that ended under floodlights, after saving three match points.',
      ],
      [
        'Unknown on Sunday, hero on Monday: {person} stuns {place}',
        'Three match points saved, a champion beaten: the qualifier {person} will be remembered in {place} whatever comes next.',
      ],
    ],
    de: [
      'Qualifikant {person} schlägt Titelverteidiger in {place}',
      'Drei Matchbälle abgewehrt, {n} Spiele gespielt: Die Überraschung gelang unter Flutlicht.',
    ],
  },
  {
    section: 'sports',
    category: 'Rowing',
    en: [
      [
        '{place} crew rows around the island in record {n} hours',
        'Four rowers of the {place} club rounded the island in {n} hours on Sunday, two hours faster than the record of 1958, with blistered hands and a broken compass.',
      ],
      [
        'Blisters, a broken compass, a record: the rowers of {place}',
        'A record older than all four of them together is gone. {place} welcomed its crew with soup.',
      ],
    ],
    ja: ['{place}のボート部、島一周の新記録', '四人の選手が{n}時間で島を回り、一九五八年の記録を二時間縮めました。'],
  },
  {
    section: 'entertainment',
    category: 'Film',
    en: [
      [
        'Film shot on one street of {place} wins festival',
        'A film made on a single street of {place} with {n} neighbours as its cast won the main prize of the festival on Sunday. Its director, {person}, had financed it by selling a fishing boat.',
      ],
      [
        'From fishing boat to festival prize: the film of {place}',
        '{person} sold the boat and filmed the neighbours. The jury called the result the truest two hours of the year.',
      ],
    ],
    fr: [
      'Un film tourné dans une rue de {place} remporte le festival',
      'Avec {n} voisins pour acteurs et un bateau vendu pour budget, {person} reçoit le grand prix.',
    ],
    es: [
      'Una película rodada en una calle de {place} gana el festival',
      '{person} vendió su barco para financiarla; {n} vecinos son el reparto.',
    ],
  },
  {
    section: 'entertainment',
    category: 'Music',
    en: [
      [
        'Lost opera heard in {place} after {n} years',
        'An opera found in a convent attic was sung in {place} on Friday for the first time in {n} years. The second act, eaten by mice, was composed anew from sketches.',
      ],
      [
        'Mice ate the second act: lost opera returns in {place}',
        'There was applause for the singers, the orchestra and, at the curtain, for the librarian of {place} who had opened the right trunk.',
      ],
    ],
    de: [
      'Verschollene Oper nach {n} Jahren in {place} aufgeführt',
      'Der zweite Akt war von Mäusen zerfressen und wurde aus Skizzen neu geschrieben.',
    ],
  },
  {
    section: 'entertainment',
    category: 'Television',
    en: [
      [
        'Last episode of long-running series keeps {place} at home',
        'The streets of {place} were empty on Sunday night as the last of {n} episodes of the harbour series was shown. The lighthouse, as half the country had guessed, was to blame.',
      ],
      [
        'It was the lighthouse: series set in {place} ends',
        'After {n} episodes everyone knows who moved the light. Tour buses to {place} are booked out until autumn.',
      ],
    ],
    ru: [
      'В {place} показали последнюю серию любимого сериала',
      'После {n} серий зрители узнали, кто погасил маяк. Улицы были пусты.',
    ],
  },
  {
    section: 'entertainment',
    category: 'Books',
    en: [
      [
        'Debut novel by bus driver {person} wins prize in {place}',
        'Bus driver {person} won the {place} prize for a first novel, written on {n} night shifts at the last stop of line nine. The publisher has ordered a second printing.',
      ],
      [
        'Written at the last stop: {place} prize for a bus driver',
        'Line nine has its novelist. {person} wrote between two departures, and the jury of {place} could not put it down.',
      ],
    ],
    es: [
      'Un conductor de autobús gana el premio de novela de {place}',
      '{person} la escribió en {n} turnos de noche, en la última parada de la línea nueve.',
    ],
    ja: ['バス運転手の初小説が{place}文学賞', '夜勤{n}回の合間に終点で書かれた作品が選ばれました。'],
  },
  {
    section: 'lifestyle',
    category: 'Food & Drink',
    en: [
      [
        'Sourdough from {place} is the bread of the year',
        'Bakers chose a dark sourdough from {place} as the bread of the year: {n} hours of rest, rye from the next field and, the baker says, no secrets at all.',
      ],
      [
        'The loaf everyone drives to {place} for',
        'By seven the shelves are empty. What makes the sourdough of {place} worth the trip is mostly patience: {n} hours of it.',
      ],
    ],
    de: [
      'Das Brot des Jahres kommt aus {place}',
      'Sauerteig, {n} Stunden Ruhe und Roggen vom Feld nebenan: mehr brauche es nicht, sagt der Bäcker.',
    ],
  },
  {
    section: 'lifestyle',
    category: 'Travel',
    en: [
      [
        'Night train to {place}: {n} berths, one sunrise',
        'The night train to {place} runs again after a decade, with {n} berths, a dining car and a sunrise over the lagoon that regulars say is worth the fare.',
      ],
      [
        'Breakfast over the lagoon: we took the night train to {place}',
        'Fall asleep among warehouses, wake up among herons. The line to {place} is back, and booked out on Fridays.',
      ],
    ],
    fr: [
      'Le train de nuit pour {place} est de retour',
      '{n} couchettes, un wagon-restaurant et un lever de soleil sur la lagune.',
    ],
    es: ['Vuelve el tren nocturno a {place}', '{n} literas, vagón restaurante y un amanecer sobre la laguna.'],
  },
  {
    section: 'lifestyle',
    category: 'Home & Garden',
    en: [
      [
        'Balcony gardens of {place} to feed {n} households',
        'A scheme in {place} lends tubs, seeds and a gardener to anyone with a balcony. {n} households now eat their own tomatoes, and swap the surplus on the stairs.',
      ],
      [
        'Tomatoes on the fourth floor: how {place} gardens',
        'No soil, no problem. With borrowed tubs the balconies of {place} have become the longest garden in town.',
      ],
    ],
    ru: ['На балконах {place} выращивают помидоры', 'Город даёт кадки и семена; {n} семей уже едят свой урожай.'],
  },
  {
    section: 'lifestyle',
    category: 'Family',
    en: [
      [
        'Grandparents wanted: {place} matches the old and the young',
        'A kindergarten in {place} has matched {n} children with older neighbours who read, repair and cook with them once a week. Both sides ask for more.',
      ],
      [
        'A borrowed grandmother on Tuesdays in {place}',
        'She teaches him to knit, he teaches her to swipe. In {place} {n} such pairs meet every week.',
      ],
    ],
    ja: ['{place}の園児とお年寄りが週に一度の交流', '{n}組が本を読み、料理をし、たがいに学んでいます。'],
  },
  {
    section: 'debate',
    category: 'Opinion',
    en: [
      [
        'Opinion: {place} should close its old town to cars',
        'The old town of {place} was built for carts. Let it have its peace back, and let the {n} parking spaces become trees, benches and shade.',
      ],
    ],
  },
  {
    section: 'debate',
    category: 'Editorial',
    en: [
      [
        'Editorial: the budget of {place} forgets the libraries',
        'A town is also what it lends out for nothing. The {n} libraries of {place} cost less than one roundabout and serve more people.',
      ],
    ],
  },
  {
    section: 'debate',
    category: 'Comment',
    en: [
      [
        'Comment: let {place} keep its slow trains',
        "Not every minute saved is a minute won. The slow line to {place} has {n} stops, and each of them is somebody's way to school.",
      ],
    ],
  },
  {
    section: 'debate',
    category: 'Letters',
    en: [
      [
        'Letters: what readers say about the harbour of {place}',
        'The plans for the harbour of {place} brought {n} letters in a week. Most want the crane to stay; one wants it moved to his garden.',
      ],
    ],
  },
]

export const PLACES = [
  'Port Ellin',
  'Varland',
  'Sankt Odo',
  'Merrow',
  'Castelmare',
  'Tollhaven',
  'Brisk Island',
  'Nordhavn',
  'Quillon',
  'Amberley Sound',
  'Zelenograd Bay',
  'Ruapeka',
  'Hallow Bridge',
  'Monte Cervo',
  'Lindesfield',
  'Oster Reach',
  'Kasamura',
  'Tanjung Biru',
  'Sao Branco',
  'Ylvaness',
  'Dunmarrow',
  'Pirrip Cross',
  'Vellamo',
  'Cape Sorrow',
  'Grauhafen',
  'Belle Rive',
] as const

export const PEOPLE = [
  'Odile Marchetti',
  'Jonas Weir',
  'Amara Lindqvist',
  'Tomas Ferro',
  'Iris Calloway',
  'Bram Oduya',
  'Selma Hart',
  'Nico Varga',
  'Maeve Tannis',
  'Rafael Quist',
  'Lotte Birk',
  'Aldo Renn',
] as const
