/* The parts of Tabulator that large tables use; scripts/fetch_assets.py makes one file of them. */
import { EditModule, FilterModule, FormatModule, FrozenColumnsModule, InteractionModule, KeybindingsModule, ResizeColumnsModule, SelectRangeModule, SortModule, Tabulator } from "tabulator-tables";

Tabulator.registerModule([EditModule, FilterModule, FormatModule, FrozenColumnsModule, InteractionModule, KeybindingsModule, ResizeColumnsModule, SelectRangeModule, SortModule]);
window.Tabulator = Tabulator;
