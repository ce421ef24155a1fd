"""English words and places that are spelled like a syllable, or two, of an East Asian name.

Names made of nothing else are left alone: `moon song`, `long march`, `no one`. The words are what
running text of news archives holds, so that a few are unusual.
"""

from service.names import word_list

ORDINARY = word_list("""
    a ace age ago ai aid aida aide aiding ailing aim aiming ain aka along am an ane ani anti api
    are area ate au auto bailing ban bang bank banning bare base bayou ben bending bike bile bin
    binding bingo bio bit bite biting bo bode bona bone bong book boom boon bore bose boxing bu
    bun buying cabin cache cage cake can cane canning care case cause cede ceding cha chain
    chair chance change chanting chase chasing cheung chin china chip chips choose choosing chose
    chi chosen chu chum chun cite citing condo cuban cue cunning cure dam dance danger dangling dare
    data date dating dean deer demo den die dim din ding dire do doin doing dong dose dude due
    dune duo e emu ending eye face fade fading fake fan fang fanning fare fate fee fence fire
    fore fuer fuming gabon gag gain gaining gala gale gaming gang gaping gate gating gaze gene
    genre go goes going gone gong gonna goose gosh gown guage guide guiding guise gum gun gung
    gunman gunmen gunning guns guru ha habit hail hair halo halve ham han handing hang hangling
    hansen hanson hate haul haze he hen hence her here hi him hit hoe hole home homing hong
    honing hoo hood hook hope hoping hose house hue huge hum human hun hung hunting i iin ileum
    imam iman in income into ion ions iran is ising it jail japan jo john join jose joule
    june jungle junta jute kahan kai keen keying kilo kin kina kinda king kong kyoto lai lain
    lake lam lama lan land landing lane lao late laying lean lee lei lending li lice lien like
    lima limbo line liner ling linger lining lire loan long longer lose lue lumen lung lure ma
    made mage mail mailing main maize make male mama man mane mango manning mao mate maxi may me
    mean men menu mi mice milan mile min mine miner mini mining minting mixing mo mode mom
    moo moon moose more mu muse mute my naca nail name naming napo nasa nice niche nine no nodal
    none noon noose nose note noting nude nun o of oh oil ok on one onto oo open or our ours
    outing pa pace page paid paise pale pan panda pang panting pare pari pasta paying pen pence
    pending penning pi piece pier pile piling pin pine ping piping pizza po poise poising pole
    pore pose posing pun pung pure queen rail rain ram ran rang range rata rate repo rica rice
    ride riding ring rinse risa rise risen rising rode roma rome room rose rosen route routing
    rubin rude rue ruin rule ruling run rune rung running ruse rye sa saga sage sai sail sailing
    sake sale same san sane sang saying sea seam sedan see seen semi sending sense sera sewn
    shade shading shake shaken shale shan shang shaping share she sheer shelve shim shin shine
    shining shoe shoo shouting shunting si side siding silo simian sin sine sing siren site situ
    size so soda sofa soil sole solo solve some son song soon sorry soul soya sub sudan sue
    suing suit suite sun sung sunken sure sushi tail taiwan taka take taken tale tan tang tape
    taxi taxing te tea tee teen ten tension than the thin thing this tide tie tile timing ting
    tire titan to toe token tokyo ton tone tong tonga tongue too took toon total touching tubing
    tune tuning tying u un undo uni union unit unite unto up upon us usa use using wading wage
    waiting wake wan wane wang waning wanting war ware was we wen went were wide win wing wise
    wo woe woke woman women won woo wooing yah ye yeah yen yes yin yo yoga you young your
    yuan zaire zen zener zero zide
""")
# With nothing else for a given name, or one of the second list first, it is a sentence.
SMALL_WORDS = word_list(
    "a an am as at de do he i in is it me my no of oh on or so the to un up us we"
)
PREPOSITIONS = word_list("a at in is of on or to")
