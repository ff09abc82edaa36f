/**
 * Decides which user agents are robots: those that call themselves one, matched by a subset of isbot's patterns.
 * isbot's full list is made for sites where anything but a common browser is suspicious: some of its patterns match
 * words in the names of news apps, others match any short user agent. Those patterns are listed here and left out; the
 * real robots that they also caught are named instead.
 */

import { createIsBotFromList, list } from 'isbot'

/**
 * isbot patterns that match real readers, each with what it would wrongly refuse. Tests check that each is still in
 * isbot's list.
 */
export const LEFT_OUT: Readonly<Record<string, string>> = {
  // Words used in the names of news apps, papers and other products.
  '(?:^|[^g])news(?!sapphire)': 'SmartNews, BBCNews, NewsBreak',
  '(?<! channel/|google/)google(?!(?:wv|app|/google| pixel))': 'the app of Google News',
  '(?<!cam)scan': 'Scandinavian papers',
  ' daum[ /]': 'the app of Daum',
  advisor: 'TripAdvisor',
  'agent\\b': 'agents that are written with their header: "User-Agent: Mozilla/5.0"',
  archive: 'archives of papers',
  audit: 'Auditor',
  capture: 'apps with a camera',
  catch: 'Catch News',
  'check\\b': 'FactCheck',
  checker: 'Fact Checker',
  detect: 'detectives',
  discovery: 'Discovery News',
  feed: 'Feedly, Newsfeed',
  grab: 'Grab, whose browser is within the app',
  insight: 'Insight News',
  inspect: 'Inspector',
  'java(?!;)': 'Jawa and Java papers; machines are told by its version',
  library: 'libraries that lend papers',
  'mail\\.ru/': 'the app of Mail.ru',
  'monitor\\b': 'Christian Science Monitor, Daily Monitor',
  radar: 'RadarOnline, RainRadar',
  'readable/': 'readers',
  'rss\\b': 'NetNewsWire and other readers of RSS',
  server: 'Observer',
  sogou: 'the browser of Sogou',
  splash: 'Splash News',
  tools: 'Toolshed',
  transcoder: 'phones whose pages are made smaller on the way',
  url: 'Curler, Burlington',
  virtuoso: 'Virtuoso, a magazine',
  '\\btime/': 'TIME',
  '\\.com\\b': 'apps named after their site',
  '^\\w*search\\b': 'apps that search',
  '^active': 'names that begin so',
  '^bot': 'Botswana Guardian',
  '^client/': 'names that begin so',
  '^custom': 'names that begin so',
  '^dispatch/\\d': 'Dispatch, a paper',
  '^email': 'apps for mail',
  '^offline': 'Offline Reader',
  '^ps_daily/': 'Daily',
  '^rank': 'names that begin so',
  '^read': 'Readly, Reader',
  '^reed': 'Reeder',
  '^rest': 'names that begin so',
  '^rss': 'readers of RSS',
  '^track': 'names that begin so',
  // Apps and browsers that people use.
  '^avsdevicesdk/': 'speakers that read news aloud',
  '^ddg[_-]android': 'the browser of DuckDuckGo',
  '^downcast/': 'an app for podcasts',
  '^duckduckgo': 'the browser of DuckDuckGo',
  '^exodusmovement': 'an app',
  '^facebook': 'the app of Facebook; its robots are named below',
  '^navermailapp': 'an app',
  '^snapchat': 'the browser within Snapchat',
  '^sora ': 'an app',
  '^taringa': 'an app',
  '^yahoo': 'the app of Yahoo News',
  '^yandex': 'the app of Yandex',
  '^amaya': 'a browser',
  '^netsurf': 'a browser',
  browsex: 'a browser',
  chromeframe: 'a browser',
  dmbrowser: 'a browser',
  firephp: 'a browser with an extension',
  ibisbrowser: 'a browser',
  offbyone: 'a browser',
  supercleaner: 'an app',
  // HTTP libraries inside apps: most Android apps use okhttp.
  '(?<!lib)http': 'okhttp, addresses',
  // Shapes of a user agent, which name no product.
  ';\\s\\w+;$': 'its shape',
  '\\(\\)': 'its shape',
  '\\b\\w+/1\\.0;': 'the first version of any app',
  '\\|': 'its shape',
  '^[<\\(;]': 'its shape',
  '^[\\w \\.\\-\\(?:\\):%]+(?:/v?\\d+(?:\\.\\d+)?(?:\\.\\d{1,10})*?)?(?:,|$)':
    'any app without its system: SmartNews/8.1',
  '^[\\w\\-]+/[\\w]+$': 'any app without its system',
  '^[^ ]{50,}$': 'its shape',
  '^\\d+\\b': '20min, 9News',
  '^\\w+/[\\w\\(\\)]*$': 'any app without its system',
  '^\\w+/\\d\\.\\d\\s\\([\\w@]+\\)$': 'any app with its device',
  '^mozilla/\\d\\.\\d\\s[\\w\\.-]+$': 'its shape',
  '^mozilla/\\d\\.\\d\\s\\((?:compatible;)?(?:\\s?[\\w\\d-.]+[\\s/]\\d+\\.\\d+)?\\)$': 'its shape',
}

/** Robots that only the left-out patterns caught, by the names they give themselves. Case-insensitive. */
export const NAMED: readonly string[] = [
  // A link to a page about the robot, by the convention of crawlers. RSS readers give an address without the plus.
  '\\+\\s?https?://',
  '(?:adsbot|mediapartners|apis|feedfetcher|duplexweb)-google',
  '\\bgoogle-[a-z]|google(?:other|producer|imageproxy|docs;)|google (?:favicon|web preview|page speed)',
  '\\bfacebook(?:externalhit|catalog|platform|scraper)|meta-external(?:agent|fetcher|hit)',
  'slurp\\b|yahoo(?:cachesystem|mailproxy|:linkexpander)|yahoo! ?(?:pipes|site explorer)',
  'feed(?:fetcher|burner|validator|parser|demon|press|wrangler)|magpierss|simplepie|universalfeedparser|rsscrawler',
  '\\b(?:freshrss|tiny tiny rss|tt-rss|miniflux|commafeed|newsblur (?:feed|page)|rss-parser|rss2email)\\b',
  // Libraries and commands that fetch for programs. okhttp, CFNetwork and Dalvik fetch for apps and stay out.
  '(?<!lib|ok)http(?!s?:)',
  '\\b(?:curl|libcurl|urllib\\d?|superagent|guzzle(?:http)?|faraday|typhoeus|restsharp|reqwest|hyper|aria2|got|insomnia)(?:/|-|\\b \\d)|^undici\\b',
  // Axios followed by an operating system is a newspaper's app.
  '^axios/[\\d.]+$',
  '^(?:newspaper(?:\\dk)?/0\\.|trafilatura|scrapy|colly\\b|newsdesk/)',
  '\\bjava[/ ]?\\d|\\bruby/|^ruby$|\\bgo \\d[\\d.]* package|rest-client|\\blwp\\b|mechanize|puppeteer|\\bsplash version/',
  '\\burl[ _-]?(?:control|preview|resolver|checker|validator|expander)|\\bburl/',
  // Monitoring, measuring, archiving and vulnerability scanners.
  '(?:uptime|site|web|server|ping|status|availability|performance|http|url|domain|health|page)[-_ ]?monitor|\\buptime\\b|pinger\\b|kube-probe|googlehc|^prometheus/|monitor(?:ing)?[-_ ]?(?:bot|agent|service)',
  '(?:link|site|health|uptime|status|http|seo|website)[-_ ]?check|checkmark network|checklink|site-?audit|siteauditor',
  '(?<!user-)agent\\b(?!:)',
  'archiver\\b|archive\\.org|archive-it|catchpoint|screen-?(?:shot|capture)|zgrab|webgrab|grab(?:ber\\b|-site)',
  'censysinspect|inspectiontool|(?:port|vulnerability|security|web|site|ssl|malware)[-_ ]?scan|\\bnmap\\b|nikto|sqlmap|zabbix|nagios|expanse,',
  'email(?:siphon|wolf|collector)|offline explorer|sitecheck|\\bprerender\\b|slack-imgproxy|iframely|embedly',
  'anthropic-ai|cohere-ai|newsblur feed',
]

const isRobot = createIsBotFromList([...list.filter(pattern => !Object.hasOwn(LEFT_OUT, pattern)), ...NAMED])

/** Whether a user agent calls itself a robot. */
export const namesRobot = (ua: string): boolean => isRobot(ua)

/**
 * Like `namesRobot`, except that the operator's own readers are never robots.
 * @param readers substrings of their user agents, case-insensitive (`events.readers`)
 */
export const robotsBut = (readers: readonly string[]): ((ua: string) => boolean) => {
  if (readers.length === 0) return namesRobot
  const own = readers.map(each => each.toLowerCase())
  return ua => {
    if (!namesRobot(ua)) return false
    const lower = ua.toLowerCase()
    return !own.some(each => lower.includes(each))
  }
}
